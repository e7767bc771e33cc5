/** Files that are dropped onto a conversation, or pasted into it. Dropped beside it they are not opened in the place of the page. */
import { Icon } from './icon.js';
import { t } from './language.js';
import { html, useEvent, useState } from './ui.js';

/** @param {DragEvent} event */
const hasFiles = (event) => event.dataTransfer?.types.includes('Files') === true;

/** The browser would leave the page and show the file. */
export function useNoDrop() {
  for (const name of ['dragover', 'drop']) {
    useEvent(window, name, (/** @type {DragEvent} */ event) => {
      if (event.defaultPrevented || !hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
    });
  }
}

/**
 * Where files can be dropped, shown as soon as some are over the page.
 * @param {{name: string, take: (files: File[]) => void, nofolder: () => void}} props `name`: to whom
 */
export function DropZone({ name, take, nofolder }) {
  const [shown, setShown] = useState(false);
  const [over, setOver] = useState(false);
  useEvent(window, 'dragenter', (/** @type {DragEvent} */ event) => hasFiles(event) && !document.querySelector('dialog[open]') && setShown(true));
  useEvent(window, 'dragleave', (/** @type {DragEvent} */ event) => event.relatedTarget === null && setShown(false));
  useEvent(window, 'drop', () => setShown(false));
  useEvent(window, 'pointermove', () => setShown(false)); // there is none while something is dragged: it was given up
  if (!shown) return null;
  /** @param {DragEvent} event */
  const hover = (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    setOver(true);
  };
  /** @param {DragEvent} event */
  const drop = (event) => {
    event.preventDefault();
    const { files, folders } = dropped(event);
    if (folders) nofolder();
    if (files.length) take(files);
  };
  return html`<div class=${`drop ${over ? 'is-over' : ''}`} onDragOver=${hover} onDragLeave=${() => setOver(false)} onDrop=${drop}>
    <div class="drop-words"><${Icon} name="clip" /><strong>${t('drop.title')}</strong><span>${t('drop.to', { name })}</span></div></div>`;
}

/** What stands in a folder is not read: whoever drops one seldom means every file in it. @param {DragEvent} event */
function dropped({ dataTransfer }) {
  const items = [...(dataTransfer?.items ?? [])].filter(({ kind }) => kind === 'file');
  const isFolder = (/** @type {DataTransferItem} */ item) => item.webkitGetAsEntry?.()?.isDirectory === true;
  const files = items.flatMap((item) => (isFolder(item) ? [] : (item.getAsFile() ?? [])));
  return { files, folders: items.some(isFolder) };
}

/**
 * What was copied: pictures, or files from a folder. Words that come with a picture of themselves (from a spreadsheet) are words.
 * @param {ClipboardEvent} event @returns {File[]}
 */
export function pasted({ clipboardData }) {
  const files = [...(clipboardData?.files ?? [])];
  const words = clipboardData?.getData('text/plain').trim() ?? '';
  if (words && !files.some(({ name }) => words.endsWith(name))) return [];
  return files.map((file) => (file.name === 'image.png' ? new File([file], `${t('file.picture')} ${stamp()}.png`, { type: file.type }) : file));
}

/** Every picture that is pasted is called the same otherwise. */
function stamp() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');
}
