/** After a form was refused: what is wrong comes into sight. */

/** @param {ParentNode} root */
export function firstWrong(root) {
  const input = root.querySelector('[aria-invalid="true"]');
  if (input instanceof HTMLElement) {
    input.closest('details')?.setAttribute('open', '');
    input.focus({ preventScroll: true });
    input.scrollIntoView({ block: 'center' });
  }
}
