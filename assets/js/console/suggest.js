/** An id that follows from the name, until somebody types another. */

/** @param {string} name @param {number} most */
export function idOf(name, most) {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const id = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+/, '').slice(0, most);
  return id.replace(/-+$/, '');
}

/** @param {HTMLInputElement} name */
function follow(name) {
  const id = document.getElementById(name.dataset.suggest ?? '');
  if (!(id instanceof HTMLInputElement)) return;
  let own = id.value !== '';
  id.addEventListener('input', () => { own = id.value !== ''; });
  const suggest = () => { if (!own) id.value = idOf(name.value, id.maxLength > 0 ? Math.min(id.maxLength, 32) : 32); };
  name.addEventListener('input', suggest);
  suggest(); // somebody may have typed before this script came
}

/** @param {ParentNode} root */
export function suggestions(root) {
  root.querySelectorAll('input[data-suggest]').forEach((input) => { if (input instanceof HTMLInputElement) follow(input); });
}
