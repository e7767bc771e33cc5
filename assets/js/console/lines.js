/** How many lines a list has that is typed into one field. */

/** @param {HTMLTextAreaElement} area */
function count(area) {
  const said = document.createElement('output');
  said.className = 'help number';
  area.after(said);
  const [one, many] = (area.dataset.lines ?? '').split('|');
  const look = () => {
    const lines = new Set(area.value.split('\n').map((line) => line.trim()).filter(Boolean)).size;
    said.textContent = (lines === 1 ? one : many ?? one).replace('{}', String(lines));
  };
  area.addEventListener('input', look);
  look();
}

/** @param {ParentNode} root */
export function lineCounts(root) {
  root.querySelectorAll('textarea[data-lines]').forEach((area) => { if (area instanceof HTMLTextAreaElement) count(area); });
}
