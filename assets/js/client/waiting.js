/** A message of mine that is not confirmed yet, or was refused: its words, its files and how far they are. */
import { fitted, Pictures } from './attachment.js';
import { Icon } from './icon.js';
import { sentence, t } from './language.js';
import { Markdown } from './markdown.js';
import { Bar, Face, keyOf, stateOf, useProgress } from './tray-view.js';
import { pictureOf } from './tray.js';
import { Upload } from '../core/upload.js';
import { html, useDesk, useState } from './ui.js';

/** @typedef {import('../core/entry.js').Entry} Entry */

/** @param {{entry: Entry, starts: boolean, ends: boolean, again: (entry: Entry) => void}} props */
export function Waiting({ entry, starts, ends, again }) {
  const { messenger, parcels } = useDesk();
  const { failed, coming, text } = entry;
  const uploads = parcels.of(entry.key);
  const reason = failed && (failed.code === 'conflict' && !failed.message ? t('outbox.stranded') : coming && uploads.length ? t('file.unsent') : sentence(failed));
  return html`
    <div class=${`message is-own is-waiting ${starts ? 'is-first' : ''} ${ends ? 'is-last' : ''} ${failed ? 'is-failed' : ''}`}>
      <div class="message-body">
        <span class="hidden">${t('you')}${t('said')}</span>
        <div class="bubble">${text && html`<${Markdown} message=${entry} />`}<${Packed} entry=${entry} uploads=${uploads} /></div>
        ${failed
          ? html`<div class="message-foot message-failed" role="alert"><${Icon} name="alert" /><span>${reason}</span>
              ${(!coming || uploads.length > 0) && html`<button type="button" class="link" onClick=${() => parcels.retry(entry.key)}>${t('link.again')}</button>`}
              <button type="button" class="link" onClick=${() => again(entry)}>${t('message.edit')}</button>
              <button type="button" class="link" onClick=${() => messenger.outbox.settle(entry.key)}>${t('outbox.discard')}</button></div>`
          : coming
            ? html`<div class="message-foot"><span class="mark"><${Icon} name="clock" label=${t('mark.waiting')} /></span>
                <button type="button" class="link" onClick=${() => again(entry)}>${t('cancel')}</button></div>`
            : ends && html`<div class="message-foot"><span class="mark"><${Icon} name="clock" label=${t('mark.waiting')} /></span></div>`}
      </div>
    </div>`;
}

/** @param {{entry: Entry, uploads: Upload[]}} props */
function Packed({ entry: { attachments = [], coming = [] }, uploads }) {
  const desk = useDesk();
  useProgress(desk);
  const files = uploads.length ? uploads : attachments.map((row) => Upload.of(/** @type {any} */ (row)));
  if (!files.length && !coming.length) return null;
  return html`<div class="files">
    <${Pictures} all=${files.filter(isDrawn).map((upload) => html`<${Drawn} key=${keyOf(upload)} upload=${upload} />`)} />
    ${files.filter((upload) => !isDrawn(upload)).map((upload) => html`<span key=${keyOf(upload)} class=${`file is-${upload.state}`}><${Face} upload=${upload} />
      <span class="file-text"><bdi class="file-name">${upload.name}</bdi><span class="file-size">${stateOf(desk, upload)}</span></span><${Bar} upload=${upload} /></span>`)}
    ${!uploads.length && coming.map((name) => html`<span key=${name} class="file is-failed"><span class="file-icon"><${Icon} name="alert" /></span>
      <span class="file-text"><bdi class="file-name">${name}</bdi><span class="file-size">${t('file.missing')}</span></span></span>`)}
  </div>`;
}

/** @param {Upload} upload */
const isDrawn = (upload) => upload.state !== 'failed' && pictureOf(upload) !== null;

/** Its place is as large as the picture says, as soon as it is read. @param {{upload: Upload}} props */
function Drawn({ upload }) {
  const [[width, height], setDots] = useState(upload.row?.width ? fitted(upload.row.width, upload.row.height ?? 0) : [320, 180]);
  /** @param {any} event */
  const loaded = ({ target }) => setDots(fitted(target.naturalWidth, target.naturalHeight));
  return html`<span class="picture is-own-picture"><img src=${pictureOf(upload)} width=${width} height=${height} alt=${upload.name} decoding="async" onLoad=${loaded} /><${Bar} upload=${upload} /></span>`;
}
