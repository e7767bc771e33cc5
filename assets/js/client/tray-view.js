/** The tray above the composer: what is to be sent, how far it is, what went wrong. And what puts files into it. */
import { Icon, IconButton } from './icon.js';
import { extent, sentence, t } from './language.js';
import { MOST, pictureOf } from './tray.js';
import { ending } from './attachment.js';
import { html, useDesk, useEffect, useRef, useState } from './ui.js';

/** @typedef {import('../core/upload.js').Upload} Upload */
/** @typedef {import('./desk.js').Desk} Desk */

/** @param {{party: string, onleave: () => void}} props `onleave`: the last one was removed */
export function TrayView({ party, onleave }) {
  const desk = useDesk();
  useProgress(desk);
  const tray = desk.trays.of(party);
  const list = /** @type {import('preact').RefObject<HTMLUListElement>} */ (useRef(/** @type {any} */ (null)));
  const { uploads } = tray;
  const count = useRef(0);
  useEffect(() => {
    if (uploads.length > count.current) list.current?.lastElementChild?.scrollIntoView({ block: 'nearest' });
    count.current = uploads.length;
  }, [uploads.length]);
  if (!uploads.length) return null;
  /** @param {Upload} upload @param {number} at */
  const remove = (upload, at) => {
    tray.remove(upload);
    const next = list.current.children[at + 1] ?? list.current.children[at - 1];
    if (next) /** @type {HTMLElement|null} */ (next.querySelector('.tray-remove'))?.focus();
    else onleave();
  };
  const done = uploads.filter(({ state }) => state === 'done').length;
  return html`
    <div class="tray">
      <ul class="tray-list" ref=${list} aria-label=${t('tray.label')}>
        ${uploads.map((upload, at) => html`<${Item} key=${keyOf(upload)} upload=${upload} remove=${() => remove(upload, at)} />`)}
      </ul>
      <p class="hidden" role="status">${t('tray.done', { n: done, of: uploads.length })}</p>
    </div>`;
}

/** @param {{upload: Upload, remove: () => void}} props */
function Item({ upload, remove }) {
  const desk = useDesk();
  const { name, state } = upload;
  return html`
    <li class=${`tray-file is-${state}`}>
      <${Face} upload=${upload} />
      <span class="tray-text"><bdi class="tray-name" title=${name}>${name}</bdi><span class="tray-state" role=${state === 'failed' ? 'alert' : undefined}>${stateOf(desk, upload)}</span></span>
      ${state === 'failed' && upload.file && !hopeless(upload) && html`<${IconButton} name="again" label=${t('tray.again', { name })} onClick=${() => desk.uploads.retry(upload)} />`}
      <${IconButton} name="close" class="tray-remove" label=${t(state === 'waiting' || state === 'going' ? 'tray.cancel' : 'tray.remove', { name })} onClick=${remove} />
      <${Bar} upload=${upload} />
    </li>`;
}

/** Small: the picture, or a sheet. @param {{upload: Upload}} props */
export function Face({ upload }) {
  const [broken, setBroken] = useState(false);
  const picture = broken ? null : (pictureOf(upload) ?? upload.row?.preview_url);
  return html`<span class="file-icon">${picture ? html`<img src=${picture} alt="" decoding="async" onError=${() => setBroken(true)} />` : html`<${Icon} name=${upload.state === 'failed' ? 'alert' : 'file'} />`}</span>`;
}

/** How far it is. @param {{upload: Upload}} props */
export function Bar({ upload }) {
  const { state, sent, size, name } = upload;
  if (state !== 'waiting' && state !== 'going') return null;
  if (state === 'going' && sent >= size) return html`<progress key="last" class="file-bar" aria-label=${name}></progress>`;
  return html`<progress key="part" class="file-bar" max=${size} value=${sent} aria-label=${name}></progress>`;
}

/** One line about a file: what it is, how far it is, or why not. @param {Desk} desk @param {Upload} upload */
export function stateOf(desk, upload) {
  const { state, sent, size, failure } = upload;
  if (failure) return trouble(desk, upload, failure);
  if (state === 'going') return sent >= size ? t('tray.last') : sent ? t('tray.part', { sent: extent(sent), size: extent(size) }) : extent(size);
  if (state === 'waiting' && desk.reach !== 'here') return t('tray.offline');
  if (state === 'waiting') return upload.tries ? t('tray.soon') : t('tray.waiting');
  return [ending(upload.name), extent(size)].filter(Boolean).join(' · ');
}

/** It would go wrong again. @param {Upload} upload */
const hopeless = ({ failure }) => failure !== null && ['file_empty', 'file_large', 'file_unreadable', 'too_large', 'bad_request'].includes(failure.code);

/** @param {Desk} desk @param {Upload} upload @param {import('../core/failure.js').Failure} failure */
function trouble(desk, { size }, failure) {
  const { code } = failure;
  const most = desk.messenger.limits.file;
  if (code === 'file_large' || (code === 'too_large' && size > most)) return t('file.large', { size: extent(most) });
  if (code === 'too_large') return t('file.room');
  if (code === 'unavailable') return t('file.full');
  if (code === 'rate_limited') return t('file.many');
  return sentence(failure);
}

/** Draws again while files move. @param {Desk} desk */
export function useProgress(desk) {
  const [, tick] = useState(0);
  useEffect(() => {
    let asked = 0;
    const stop = desk.uploads.listen(() => (asked ||= requestAnimationFrame(() => ((asked = 0), tick((n) => n + 1)))));
    return () => (cancelAnimationFrame(asked), stop());
  }, [desk]);
}

let last = 0;
/** @type {WeakMap<Upload, number>} */
const keys = new WeakMap();
/** @param {Upload} upload */
export function keyOf(upload) {
  if (!keys.has(upload)) keys.set(upload, ++last);
  return keys.get(upload);
}

/** @param {Desk} desk @param {string} party @param {File[]} files */
export function attach(desk, party, files) {
  const left = files.length ? desk.trays.of(party).add(files) : 0;
  if (left) desk.say(t('tray.most', { n: left, most: MOST }), true);
}
