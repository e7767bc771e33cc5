/** One conversation: its head, its messages, where to write, and beside it the details. */
import { Failure } from '../core/failure.js';
import { isFormer } from '../core/party.js';
import { ChatHead } from './chat-head.js';
import { Composer } from './composer.js';
import { Confirm } from './dialog.js';
import { Details } from './details.js';
import { DropZone } from './drop.js';
import { Icon } from './icon.js';
import { sentence, t } from './language.js';
import { LinkBar } from './link-bar.js';
import { Log } from './log.js';
import { preview } from './markdown.js';
import { centre } from './scroll.js';
import { attach } from './tray-view.js';
import { Upload } from '../core/upload.js';
import { html, useDesk, useEffect, useEvent, useMemo, useState } from './ui.js';

/** @typedef {import('../core/wire.js').Message} Row */

/** @param {{party: string}} props */
export function Chat({ party }) {
  const desk = useDesk();
  const { messenger } = desk;
  const conversation = messenger.conversation(party);
  const id = conversation?.id ?? 0;
  const [task, setTask] = useState(/** @type {import('./composer.js').Task} */ (null));
  const [doomed, setDoomed] = useState(/** @type {Row|null} */ (null));
  const [details, setDetails] = useState(() => desk.route.over());
  /** @param {boolean} on */
  const lay = (on) => {
    desk.route.lay(on);
    setDetails(on);
  };
  useEvent(window, 'popstate', () => setDetails(desk.route.over()));
  const { user, kind } = desk.face(party);
  const members = [...(messenger.rows.members.get(id)?.values() ?? [])];
  const left = members.find((member) => member.user === messenger.id)?.left ?? null;
  const blocked = user !== null && messenger.rows.settings.blocked.includes(user);
  const former = isFormer(user);
  const closed = left !== null || blocked || former;
  const unknown = useUnknown(desk, user);

  useEffect(() => {
    const people = kind === 'room' ? members.filter((member) => member.left === null).map((member) => member.user) : user !== null ? [user] : [];
    messenger.presence.show('chat', people.slice(0, 100));
    return () => messenger.presence.show('chat', []);
  }, [party, members.length]);
  useEvent(window, 'keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (details) lay(false);
    else if (desk.mode === 'frame') desk.close?.();
  });

  const acts = useMemo(() => ({
    reply: (/** @type {Row} */ message) => setTask({ kind: 'reply', message }),
    edit: (/** @type {Row} */ message) => setTask({ kind: 'edit', message }),
    remove: setDoomed,
    copy: (/** @type {Row} */ message) => navigator.clipboard.writeText(message.text).then(() => desk.say(t('message.copied')), () => desk.say(t('message.copy.failed'), true)),
    face: () => lay(true),
    jump: async (/** @type {number} */ target) => {
      await messenger.history.reach(id, target).catch(() => {});
      requestAnimationFrame(() => show(target));
    },
  }), [id]);
  const remove = () => {
    const message = doomed?.id;
    setDoomed(null);
    messenger.ask('delete', { message }).catch((failure) => desk.say(sentence(failure), true));
  };
  /** @param {import('../core/outbox.js').Entry} entry back into the composer */
  const again = (entry) => {
    const uploads = desk.parcels.open(entry.key);
    desk.trays.of(party).put(uploads.length ? uploads : (entry.attachments ?? []).map((row) => Upload.of(/** @type {any} */ (row))));
    const begun = desk.drafts.take(party);
    desk.keepDraft(party, [entry.text, begun].filter((text) => text.trim()).join('\n\n'));
    setTask(null);
    setRound(round + 1);
  };
  const [round, setRound] = useState(0);
  /** @param {File[]} files */
  const drop = (files) => {
    if (task?.kind === 'edit') setTask(null);
    attach(desk, party, files);
    /** @type {HTMLElement|null} */ (document.querySelector('.composer textarea'))?.focus();
  };
  /** What ↑ takes up: never an older one than what was written last. */
  const lastOwn = () => {
    const waiting = messenger.outbox.of(party).at(-1);
    if (waiting?.failed) again(waiting);
    return waiting ? undefined : lastSent();
  };
  const lastSent = () => messenger.history.view(id).messages.findLast((message) => message.from === `user:${messenger.id}` && !message.deleted_by);

  return html`
    <section class=${`chat ${details ? 'has-details' : ''}`} aria-label=${desk.face(party).title}>
      <${ChatHead} party=${party} conversation=${conversation} details=${details} onDetails=${() => lay(!details)} />
      <div class="chat-body">
        <${LinkBar} />
        <${Log} party=${party} conversation=${conversation} acts=${acts} again=${again} empty=${html`<${Start} party=${party} unknown=${unknown} />`} />
        ${unknown ? null : closed
          ? html`<p class="composer-closed"><${Icon} name="block" />${former ? t('former.is') : blocked ? t('block.is') : t('room.left')}
              ${blocked && html`<button type="button" class="link" onClick=${() => unblock(desk, user)}>${t('block.end')}</button>`}</p>`
          : html`<${Composer} key=${round} party=${party} conversation=${conversation} task=${task} setTask=${setTask} lastOwn=${lastOwn} />`}
        ${!closed && !unknown && messenger.limits.file > 0 && html`<${DropZone} name=${desk.face(party).title} take=${drop} nofolder=${() => desk.say(t('drop.folder'), true)} />`}
      </div>
      ${details && html`<${Details} party=${party} conversation=${conversation} onclose=${() => lay(false)} />`}
      ${doomed && html`<${Confirm} title=${t('delete.title')} text=${preview(doomed)} action=${t('message.delete')} onyes=${remove} onclose=${() => setDoomed(null)} />`}
    </section>`;
}

/** @param {import('./desk.js').Desk} desk @param {string|null} user */
const unblock = (desk, user) => desk.messenger.ask('settings', { block: { user, on: false } }).catch((failure) => desk.say(sentence(failure), true));

/** @param {number} id */
function show(id) {
  const element = /** @type {HTMLElement|null} */ (document.querySelector(`[data-id="${id}"], [data-earlier~="${id}"]`));
  const box = /** @type {HTMLElement|null|undefined} */ (element?.closest('.log'));
  if (box) centre(box, element);
  element?.focus({ preventScroll: true });
}

/**
 * A page, or a link, may name whom the contact list has not told yet: the server tells it, or says that there is nobody.
 * @param {import('./desk.js').Desk} desk @param {string|null} user @returns {Failure|null} why there is nobody
 */
function useUnknown(desk, user) {
  const { messenger } = desk;
  const [failure, setFailure] = useState(/** @type {Failure|null} */ (null));
  const ready = messenger.replica.complete && messenger.link.phase === 'ready';
  const strange = user !== null && !isFormer(user) && !desk.user(user);
  useEffect(() => {
    if (strange && ready && !failure) messenger.ask('open', { with: `user:${user}` }).catch((cause) => Failure.of(cause).temporary || setFailure(Failure.of(cause)));
  }, [strange, ready]);
  return strange ? failure : null;
}

/** Before the first word, or where there is nobody to say it to. @param {{party: string, unknown: Failure|null}} props */
function Start({ party, unknown }) {
  const desk = useDesk();
  const { title, user, kind } = desk.face(party);
  if (unknown) return html`<div class="empty" role="alert"><${Icon} name="alert" /><p>${user !== null && unknown.code === 'not_found' ? t('start.nobody', { name: user }) : sentence(unknown)}</p></div>`;
  const text = kind === 'application' ? t('start.application', { name: title }) : kind === 'room' ? t('start.room') : t('start.direct', { name: title });
  return html`<div class="empty"><${Icon} name="talk" /><p>${text}</p></div>`;
}
