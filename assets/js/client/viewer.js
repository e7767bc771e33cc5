/** Pictures of a message, as large as the window: from one to the next with the arrows or a finger, and saved from here. */
import { useModal } from './dialog.js';
import { Icon, IconButton } from './icon.js';
import { extent, t } from './language.js';
import { html, useDesk, useRef, useState } from './ui.js';

/** A finger that moved so far, in points, meant the next one. */
const SWIPE = 48;

/** @typedef {import('../library/parlour').Attachment} Attachment */
/** @typedef {import('../core/file.js').Place} Place */

/** @param {{files: Attachment[], places: Place[], first: number, broken: () => void, onclose: () => void}} props `first`: the number of the file */
export function Viewer({ files, places, first, broken, onclose }) {
  const box = useModal();
  const [at, setAt] = useState(Math.max(0, files.findIndex(({ id }) => id === first)));
  const file = files[Math.min(at, files.length - 1)];
  const place = places.find(({ id }) => id === file.id);
  const from = useRef(0);
  /** @param {number} step */
  const go = (step) => setAt((now) => Math.min(files.length - 1, Math.max(0, now + step)));
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    event.stopPropagation(); // what lies below has keys of its own
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    go(step);
  };
  /** @param {TouchEvent} event */
  const lifted = (event) => {
    const moved = event.changedTouches[0].clientX - from.current;
    if (Math.abs(moved) > SWIPE && (visualViewport?.scale ?? 1) < 1.05) go(moved < 0 ? 1 : -1);
  };
  /** @param {MouseEvent} event */
  const outside = (event) => /** @type {HTMLElement} */ (event.target).closest('.viewer-frame, button, a, header') || onclose();
  const many = files.length > 1;
  return html`
    <dialog ref=${box} class="viewer" aria-label=${file.name} onKeyDown=${key} onClick=${outside} onCancel=${(/** @type {Event} */ event) => (event.preventDefault(), onclose())}>
      <header class="viewer-head">
        <span class="viewer-text"><bdi class="viewer-name" title=${file.name}>${file.name}</bdi>
          <span class="viewer-line" role="status">${[many && t('view.place', { n: at + 1, of: files.length }), extent(file.size)].filter(Boolean).join(' · ')}</span></span>
        <a class="icon-button" href=${place?.url} download=${file.name} aria-label=${t('file.save', { name: file.name })} title=${t('file.save', { name: file.name })}><${Icon} name="save" /></a>
        <${IconButton} name="close" label=${t('close')} onClick=${onclose} autofocus />
      </header>
      <div class="viewer-stage" onTouchStart=${(/** @type {TouchEvent} */ event) => (from.current = event.touches[0].clientX)} onTouchEnd=${lifted}>
        <${Large} key=${file.id} file=${file} place=${place} broken=${broken} />
      </div>
      ${many && html`<${IconButton} name="back" class="viewer-step is-back" label=${t('view.back')} onClick=${() => go(-1)} disabled=${at === 0} />
        <${IconButton} name="next" class="viewer-step is-next" label=${t('view.next')} onClick=${() => go(1)} disabled=${at === files.length - 1} />`}
    </dialog>`;
}

/** The small picture until the whole one is here. @param {{file: Attachment, place: Place|undefined, broken: () => void}} props */
function Large({ file, place, broken }) {
  const own = useDesk().parcels.picture(file.id);
  const [loaded, setLoaded] = useState('');
  const size = { width: file.width, height: file.height };
  const address = own ?? place?.url;
  const whole = address !== undefined && loaded === address;
  return html`<div class="viewer-frame">
    ${!whole && html`<img key="small" class="is-small" src=${own ?? place?.preview_url} alt="" ...${size} />`}
    ${address && html`<img key="whole" class=${whole ? '' : 'is-coming'} src=${address} alt=${file.name} ...${size} onLoad=${() => setLoaded(address)} onError=${broken} />`}
    ${!whole && html`<span class="spinner" aria-hidden="true"></span>`}
  </div>`;
}
