/** The widget's frame where nobody's messenger is in it: one sentence, and what can be done. */
import { application } from './door.js';
import { dark, paint } from './colour.js';
import { Icon, IconButton } from './icon.js';
import { t } from './language.js';
import { html, useEffect, useState } from './ui.js';

/** @typedef {import('./parent.js').Parent} Parent */

/** @param {{parent: Parent, text: string, children?: any}} props */
export const Word = ({ parent, text, children }) => html`<main class="door"><div class="door-card"><div class="door-mark"><${Icon} name="talk" /></div><p class="door-text">${text}</p>${children}</div>
  <${IconButton} name="close" label=${t('close')} class="door-close" onClick=${() => parent.tell('close')} /></main>`;

/** Nobody is signed in. With an identity provider that is done in a window of its own: none of them shows itself in a frame. @param {{app: string, parent: Parent}} props */
export function Ended({ app, parent }) {
  const [name, setName] = useState('');
  useEffect(() => {
    application(app).then((brand) => {
      setName(brand.provider ?? '');
      paint(brand.colour, document.documentElement);
      parent.tell('brand', { colour: dark(brand.colour) ?? '', name: brand.name });
    }, () => {});
  }, []);
  if (!name) return html`<${Word} parent=${parent} text=${t('widget.ended')} />`;
  return html`<${Word} parent=${parent} text=${t('widget.provider')}><a class="button button-accent button-wide" href=${`/?app=${app}`} target="_blank" rel="noopener">${t('provider.go', { name })}</a><//>`;
}
