/** Who is in a room; its owner renames it, adds and removes; everybody may leave. */
import { Confirm } from './dialog.js';
import { Icon, IconButton } from './icon.js';
import { compare, sentence, t } from './language.js';
import { Person } from './contacts.js';
import { AddDialog } from './room-dialog.js';
import { html, useDesk, useState } from './ui.js';

/** @typedef {'add'|'rename'|'leave'|null} Doing */

/** @param {{conversation: import('../core/wire.js').Conversation, mute: any}} props */
export function RoomDetails({ conversation, mute }) {
  const desk = useDesk();
  const { messenger } = desk;
  const [doing, setDoing] = useState(/** @type {Doing} */ (null));
  const [title, setTitle] = useState(conversation.title ?? '');
  const name = (/** @type {string} */ user) => desk.nameOf(`user:${user}`);
  const members = [...(messenger.rows.members.get(conversation.id)?.values() ?? [])].filter((member) => member.left === null).sort((a, b) => compare(name(a.user), name(b.user)));
  const own = members.find((member) => member.user === messenger.id);
  if (!own) return null;
  const owner = own.role === 'owner';
  /** @param {object} change */
  const change = (change) => {
    setDoing(null);
    messenger.ask('room', { conversation: conversation.id, ...change }).catch((failure) => desk.say(sentence(failure), true));
  };
  /** @param {Event} event */
  const rename = (event) => {
    event.preventDefault();
    if (title.trim()) change({ title: title.trim() });
  };
  return html`
    ${doing === 'rename' && html`<form class="rename" onSubmit=${rename}>
      <input class="input" type="text" dir="auto" maxlength="100" aria-label=${t('room.title')} value=${title} autofocus onInput=${(/** @type {any} */ event) => setTitle(event.target.value)} />
      <button type="submit" class="button button-accent">${t('save')}</button><button type="button" class="button" onClick=${() => setDoing(null)}>${t('cancel')}</button></form>`}
    <h3 class="details-title">${t('room.members')} <span class="group-count">${members.length}</span></h3>
    <ul class="details-members">
      ${members.map((member) => html`<li key=${member.user} class="row">
        <${Person} user=${member.user} />
        ${member.role === 'owner' && html`<span class="tag">${t('room.owner')}</span>`}
        ${owner && member.user !== messenger.id && html`<${IconButton} name="close" label=${t('room.remove', { name: name(member.user) })} onClick=${() => change({ remove: [member.user] })} />`}
      </li>`)}
    </ul>
    <div class="details-acts">
      ${owner && html`<button type="button" class="act" onClick=${() => setDoing('add')}><${Icon} name="plus" />${t('room.add')}</button>
        <button type="button" class="act" onClick=${() => setDoing('rename')}><${Icon} name="edit" />${t('room.rename')}</button>`}
      ${mute}
      <button type="button" class="act is-danger" onClick=${() => setDoing('leave')}><${Icon} name="leave" />${t('room.leave')}</button>
    </div>
    ${doing === 'add' && html`<${AddDialog} conversation=${conversation.id} present=${members.map((member) => member.user)} onclose=${() => setDoing(null)} />`}
    ${doing === 'leave' && html`<${Confirm} title=${t('room.leave.ask')} text=${t('room.leave.means')} action=${t('room.leave')} onyes=${() => change({ leave: true })} onclose=${() => setDoing(null)} />`}`;
}
