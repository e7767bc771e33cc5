/** One message: whose, what, when, how far it came, and what can be done with it. */
import { Attachments } from './attachment.js';
import { Avatar } from './avatar.js';
import { Card } from './card.js';
import { Claim } from './claim.js';
import { Earlier } from './earlier.js';
import { Icon, IconButton } from './icon.js';
import { t } from './language.js';
import { Markdown, preview } from './markdown.js';
import { clockTime, fullTime } from './time.js';
import { html, memo, useDesk, useEffect } from './ui.js';

/** @typedef {import('../core/wire.js').Message} Row */
/** @typedef {{reply: (row: Row) => void, edit: (row: Row) => void, remove: (row: Row) => void, copy: (row: Row) => void, jump: (id: number) => void, face: (user: string) => void}} Acts */

/**
 * @typedef {object} Props
 * @property {Row} message
 * @property {boolean} starts
 * @property {boolean} ends
 * @property {boolean} own
 * @property {boolean} crowd more than one other: names and faces are shown
 * @property {'sent'|'received'|'read'|null} mark
 * @property {number} readers
 * @property {string} name of the author
 * @property {import('../core/wire.js').User|undefined} author
 * @property {Row|undefined} quoted
 * @property {Row[]|undefined} earlier of the same topic
 * @property {boolean} active
 * @property {boolean} inside the focus is in it
 * @property {boolean} linked a card can be pressed
 * @property {Acts} acts
 */

/** @param {Props} props */
function draw({ message, starts, ends, own, crowd, mark, readers, name, author, quoted, earlier, active, inside, linked, acts }) {
  const desk = useDesk();
  const at = new Date(message.at);
  const gone = message.deleted_by !== null;
  const card = gone ? undefined : message.card;
  const claim = gone ? undefined : message.claim;
  const files = gone ? [] : (message.attachments ?? []);
  const plain = message.text !== '' && (!card || message.text !== card.title);
  const names = message.mentions.map((id) => desk.nameOf(`user:${id}`));
  const classes = `message ${own ? 'is-own' : ''} ${starts ? 'is-first' : ''} ${ends ? 'is-last' : ''} ${gone ? 'is-gone' : ''}`;
  return html`
    <div class=${classes} data-id=${message.id} data-earlier=${earlier?.map((row) => row.id).join(' ')} tabindex=${active ? 0 : -1}>
      ${crowd && !own && html`<span class="message-face">${starts && html`<${Avatar} id=${author?.id ?? message.from} name=${name} picture=${author?.avatar} size="small"
        kind=${message.from === 'application' ? 'application' : 'direct'} />`}</span>`}
      <div class="message-body">
        ${crowd && !own && starts ? html`<div class="message-name"><bdi>${name}</bdi></div>` : html`<span class="hidden">${own ? t('you') : name}${t('said')}</span>`}
        ${earlier && html`<${Earlier} messages=${earlier} active=${active} />`}
        <div class=${`bubble ${card || claim ? 'has-card' : ''}`} title=${card || claim ? undefined : fullTime(at)}>
          ${message.reply_to !== null && !gone && html`<${Quote} message=${message} quoted=${quoted} jump=${acts.jump} />`}
          ${gone ? html`<p class="message-gone"><${Icon} name="block" />${t('message.deleted')}</p>` : plain && html`<${Markdown} message=${message} names=${names} />`}
          ${files.length > 0 && html`<${Attachments} message=${message} active=${active} />`}
          ${card && html`<${Card} message=${message} card=${card} linked=${linked} />`}
          ${claim && html`<${Claim} message=${message} claim=${claim} linked=${linked} />`}
          ${!gone && html`<${Tools} message=${message} own=${own} active=${inside} acts=${acts} />`}
        </div>
        ${ends && html`<div class="message-foot">
          ${message.via === 'application' && html`<span>${t('message.via')}</span>`}
          ${message.edited_at && !gone && plain && html`<span>${t('message.edited')}</span>`}
          <time dateTime=${message.at}>${clockTime(at)}</time>
          ${mark && !gone && html`<${Mark} state=${mark} readers=${readers} crowd=${crowd} />`}
        </div>`}
      </div>
    </div>`;
}

export const Message = memo(draw);

/** @param {{state: 'sent'|'received'|'read', readers: number, crowd: boolean}} props */
function Mark({ state, readers, crowd }) {
  const label = crowd && readers ? t('mark.readers', { n: readers }) : t(/** @type {any} */ (`mark.${state}`));
  return html`<span class=${`mark mark-${state}`} title=${label}><${Icon} name=${state === 'sent' ? 'sent' : 'received'} label=${label} /></span>`;
}

/** @param {{message: Row, quoted: Row|undefined, jump: (id: number) => void}} props */
function Quote({ message, quoted, jump }) {
  const desk = useDesk();
  const id = /** @type {number} */ (message.reply_to);
  useEffect(() => {
    if (!quoted) desk.messenger.history.one(message.conversation, id).catch(() => {});
  }, [id, quoted === undefined]);
  const text = !quoted ? t('message.elsewhere') : quoted.deleted_by ? t('message.deleted') : preview(quoted);
  return html`<button type="button" class="quote" tabindex="-1" onClick=${() => jump(id)} title=${t('message.jump')}>
    ${quoted && html`<bdi class="quote-name">${desk.nameOf(quoted.from)}</bdi>`}<span class="quote-text" dir="auto">${text}</span></button>`;
}

/** @param {{message: Row, own: boolean, active: boolean, acts: Acts}} props */
function Tools({ message, own, active, acts }) {
  const tab = active ? 0 : -1;
  return html`<div class="tools" role="group" aria-label=${t('message.tools')}>
    <${IconButton} name="reply" label=${t('message.reply')} tabindex=${tab} onClick=${() => acts.reply(message)} />
    <${IconButton} name="copy" label=${t('message.copy')} tabindex=${tab} onClick=${() => acts.copy(message)} />
    ${own && html`<${IconButton} name="edit" label=${t('message.edit')} tabindex=${tab} onClick=${() => acts.edit(message)} />`}
    ${own && html`<${IconButton} name="trash" label=${t('message.delete')} tabindex=${tab} onClick=${() => acts.remove(message)} />`}
  </div>`;
}
