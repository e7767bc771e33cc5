/** Shows the OpenAPI document of this server with Swagger UI, in the colours that the reader prefers. Asks nobody else. */

const dark = matchMedia('(prefers-color-scheme: dark)');
const paint = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', paint);
paint();

/** @type {any} */ (globalThis).SwaggerUIBundle({
  url: new URL('v1/openapi.json', location.href).href,
  domNode: document.getElementById('docs'),
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
  docExpansion: 'list',
  operationsSorter: (/** @type {any} */ a, /** @type {any} */ b) => a.getIn(['operation', 'x-order']) - b.getIn(['operation', 'x-order']),
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
});
