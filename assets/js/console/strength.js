/** How good a new password is, roughly: a hint while typing, never a rule. The rule is its length. */

const COMMON = ['password', 'passwort', 'parlour', 'admin', 'qwert', 'letmein', 'welcome', '12345', 'abcdef', 'secret'];

/** 0 too short, 1 easy to guess, 2 fair, 3 good, 4 strong. @param {string} text */
export function strength(text) {
  const letters = [...text];
  if (letters.length < 12) return 0;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[\p{P}\p{S}\s]/u, /\p{Lo}/u].filter((kind) => kind.test(text)).length;
  const different = new Set(letters).size;
  if (different < 6 || COMMON.some((word) => text.toLowerCase().includes(word))) return 1;
  const score = letters.length + 3 * (kinds - 1) + Math.min(different, 20) / 2;
  return score < 20 ? 2 : score < 28 ? 3 : 4;
}

/** @param {HTMLInputElement} input */
function hint(input) {
  const box = document.getElementById(input.dataset.strength ?? '');
  const meter = box?.querySelector('meter');
  const said = box?.querySelector('[role="status"]');
  if (!box || !meter || !said) return;
  const words = (box.dataset.words ?? '').split('|');
  const look = () => {
    const found = strength(input.value);
    box.hidden = input.value === '';
    meter.value = found;
    said.textContent = words[found] ?? '';
  };
  input.addEventListener('input', look);
  look(); // somebody may have typed before this script came
}

/** @param {ParentNode} root */
export function passwordHints(root) {
  root.querySelectorAll('input[data-strength]').forEach((input) => { if (input instanceof HTMLInputElement) hint(input); });
}
