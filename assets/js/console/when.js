/** Fields that only matter with a certain choice: `data-when="name=value"` on what holds them. */

/** @param {HTMLElement} part */
function watch(part) {
  const [name, value] = (part.dataset.when ?? '').split('=');
  const form = part.closest('form');
  if (!form) return;
  const look = () => { part.hidden = !new FormData(form).getAll(name).includes(value); };
  form.addEventListener('change', look);
  look();
}

/** @param {ParentNode} root */
export function conditions(root) {
  root.querySelectorAll('[data-when]').forEach((part) => { if (part instanceof HTMLElement) watch(part); });
}
