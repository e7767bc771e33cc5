/** What a message carries: pictures, small, in a place that is kept free for them; everything else as a line with its size. */
import { Icon } from './icon.js';
import { extent, t } from './language.js';
import { html, useDesk, useEffect, useState } from './ui.js';
import { Viewer } from './viewer.js';

/** @typedef {import('../core/wire.js').Message} Row */
/** @typedef {import('../library/parlour').Attachment} Attachment */
/** @typedef {import('../core/file.js').Place} Place */

/** The sides of a picture in the log, in points. */
const WIDE = 320;
const HIGH = 280;
/** Addresses that could not be had are asked for again after so many milliseconds, a few times. */
const AGAIN = 10_000;
const TRIES = 5;

/** @param {{message: Row, active: boolean}} props */
export function Attachments({ message, active }) {
  const desk = useDesk();
  const { files, messenger } = desk;
  const [link, setLink] = useState(linked(desk));
  useEffect(() => messenger.signal.listen(() => setLink(linked(desk))), [desk]);
  const [places, setPlaces] = useState(/** @type {Place[]} */ ([]));
  const [failed, setFailed] = useState(0);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let here = true;
    /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer;
    /** Again before they are over, or soon where they could not be had. @param {number} pause */
    const later = (pause) => void (here && (timer = setTimeout(() => (setFailed(0), setRound((n) => n + 1)), pause)));
    if (desk.reach === 'here')
      files.of(message.id, failed > 0).then(
        (found) => {
          if (here) setPlaces(found);
          if (found.length) later(files.due(message.id));
        },
        () => round < TRIES && later(AGAIN),
      );
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [message.id, message.attachments.length, failed, round, link]);
  /** An address is over sooner than it says where the server was started anew. Once, else it would be asked for ever. */
  const broken = () => failed < 1 && setFailed(failed + 1);
  const [large, setLarge] = useState(0);
  const draw = (/** @type {Attachment} */ file) => {
    const place = places.find(({ id }) => id === file.id);
    const Kind = file.preview ? Picture : Line;
    return html`<${Kind} key=${file.id} file=${file} place=${place} broken=${broken} tabindex=${active ? 0 : -1} open=${() => setLarge(file.id)} />`;
  };
  const pictures = message.attachments.filter(({ preview }) => preview);
  return html`<div class="files"><${Pictures} all=${pictures.map(draw)} />${message.attachments.filter(({ preview }) => !preview).map(draw)}
    ${large > 0 && html`<${Viewer} files=${pictures} places=${places} first=${large} broken=${broken} onclose=${() => setLarge(0)} />`}</div>`;
}

/** Several stand side by side, in squares. @param {{all: any[]}} props */
export const Pictures = ({ all }) => all.length > 0 && html`<div class=${`pictures ${all.length > 1 ? 'is-many' : ''}`}>${all}</div>`;

/** Changes when the server comes into reach, and when the connection is opened anew. @param {import('./desk.js').Desk} desk */
const linked = (desk) => `${desk.reach} ${desk.opened}`;

/** @typedef {{file: Attachment, place: Place|undefined, broken: () => void, tabindex: number, open: () => void}} Props */

/** @param {Props} props */
function Picture({ file, place, broken, tabindex, open }) {
  const [width, height] = fitted(file.width ?? WIDE, file.height ?? HIGH);
  const own = useDesk().parcels.picture(file.id);
  /** Its address stays good for "save as" and for a tab of its own. @param {MouseEvent} event */
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  };
  return html`<a class="picture" href=${place?.url} tabindex=${tabindex} title=${file.name} aria-haspopup="dialog" onClick=${press}>
    <img src=${own ?? place?.preview_url} width=${width} height=${height} alt=${file.name} loading="lazy" decoding="async" onError=${() => place && broken()} /></a>`;
}

/** @param {Props} props */
function Line({ file, place, tabindex }) {
  return html`<a class="file" href=${place?.url} download=${file.name} tabindex=${tabindex} title=${t('file.save', { name: file.name })}>
    <span class="file-icon"><${Icon} name="file" /></span>
    <span class="file-text"><bdi class="file-name">${file.name}</bdi><span class="file-size">${[ending(file.name), extent(file.size)].filter(Boolean).join(' · ')}</span></span>
    <${Icon} name="save" /></a>`;
}

/** As large as there is room, and never larger than it is. @param {number} width @param {number} height */
export function fitted(width, height) {
  const scale = Math.min(1, WIDE / width, HIGH / height);
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** @param {string} name */
export function ending(name) {
  return /\.([a-z0-9]{1,5})$/i.exec(name)?.[1].toUpperCase() ?? '';
}

/** One line of plain words for a message that has files and no text. @param {Attachment[]} files */
export function carried(files) {
  const [first] = files;
  if (files.length > 1) return t('file.several', { n: files.length });
  return first.preview ? t('file.picture') : first.name;
}
