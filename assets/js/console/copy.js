/** Buttons that copy a text. They are hidden until this script shows them. */

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const label = button.querySelector('span');
  const before = label?.textContent ?? '';
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? '');
  } catch {
    select(button);
    return;
  }
  if (!label) return;
  label.textContent = button.dataset.done ?? before;
  setTimeout(() => { label.textContent = before; }, 2000);
}

/** Where the page may not write the clipboard, as on plain HTTP, the text is at least marked. @param {HTMLElement} button */
function select(button) {
  const text = button.parentElement?.querySelector('code');
  if (text) getSelection()?.selectAllChildren(text);
}

/** @param {ParentNode} root */
export function copyButtons(root) {
  for (const button of root.querySelectorAll('button[data-copy]')) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.hidden = false;
    button.addEventListener('click', () => copy(button));
  }
}
