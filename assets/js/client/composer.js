/** Where a message is written. Keeps drafts; ↑ edits the last own message; Enter sends, but never while an input method composes. */
import { pasted } from './drop.js';
import { Icon, IconButton } from './icon.js';
import { sentence, t } from './language.js';
import { preview } from './markdown.js';
import { mentioned, suggestions, Suggestions } from './mention.js';
import { attach, TrayView } from './tray-view.js';
import { html, useDesk, useLayoutEffect, useRef, useState } from './ui.js';

/** @typedef {import('../core/wire.js').Message} Row */
/** @typedef {{kind: 'edit'|'reply', message: Row} | null} Task */

const bytes = new TextEncoder();

/**
 * @param {{party: string, conversation: import('../core/wire.js').Conversation|undefined, task: Task, setTask: (task: Task) => void, lastOwn: () => Row|undefined}} props
 */
export function Composer({ party, conversation, task, setTask, lastOwn }) {
  const desk = useDesk();
  const { messenger } = desk;
  const [text, setText] = useState(() => desk.drafts.take(party));
  const [picked, setPicked] = useState(0);
  const [caret, setCaret] = useState(0);
  const area = /** @type {import('preact').RefObject<HTMLTextAreaElement>} */ (useRef(/** @type {any} */ (null)));
  const chooser = /** @type {import('preact').RefObject<HTMLInputElement>} */ (useRef(/** @type {any} */ (null)));
  const editing = task?.kind === 'edit';
  const offers = !editing && messenger.limits.file > 0;
  const tray = desk.trays.of(party);
  const empty = !text.trim() && (editing || !tray.uploads.length);
  const stuck = !editing && tray.uploads.some(({ state }) => state === 'failed');
  const size = bytes.encode(text).length;
  const over = size - messenger.limits.text;
  const offered = conversation?.kind === 'room' ? suggestions(desk, conversation.id, text, caret) : null;

  useLayoutEffect(() => {
    const element = area.current;
    const line = /** @type {HTMLElement} */ (element.parentElement);
    // measured in a place that stays as high as it is: else the log above would grow, and lose its place
    line.style.blockSize = `${line.offsetHeight}px`;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
    line.style.blockSize = '';
  }, [text]);
  // Before the next key, which would otherwise be overwritten.
  useLayoutEffect(() => {
    // A frame that is open on a new page leaves the focus to that page.
    const mine = window.parent === window || document.hasFocus();
    if ((matchMedia('(pointer: fine)').matches && mine) || task) area.current?.focus();
    if (task?.kind === 'edit') setText(task.message.text);
  }, [task, party]);

  /** @param {string} next */
  const write = (next) => {
    setText(next);
    setCaret(area.current?.selectionEnd ?? next.length);
    setPicked(0);
    if (!editing) desk.keepDraft(party, next);
    if (conversation && !editing) messenger.typing.tell(conversation.id, next.trim() !== '');
  };
  const finish = () => {
    setTask(null);
    setText(editing ? desk.drafts.take(party) : '');
    if (!editing) desk.keepDraft(party, '');
    if (conversation) messenger.typing.tell(conversation.id, false);
  };
  const submit = () => {
    const said = text.trim();
    if (empty || over > 0) return;
    if (stuck) return desk.say(t('tray.stuck'), true);
    if (task?.kind === 'edit') {
      const { id, text: old } = task.message;
      if (said !== old) messenger.ask('edit', { message: id, text: said }).then(finish, (failure) => desk.say(sentence(failure), true));
      else finish();
      return;
    }
    const mentions = conversation?.kind === 'room' ? mentioned(desk, conversation.id, said) : [];
    desk.parcels.post({ to: party, text: said, ...(task && { reply_to: task.message.id }), ...(mentions.length && { mentions }) }, tray.take());
    finish();
  };
  /** @param {File[]} files */
  const put = (files) => {
    attach(desk, party, files);
    area.current.focus();
  };
  /** @param {ClipboardEvent} event */
  const paste = (event) => {
    const files = offers ? pasted(event) : [];
    if (!files.length) return;
    event.preventDefault();
    put(files);
  };
  /** @param {any} event */
  const choose = ({ target }) => {
    put([...target.files]);
    target.value = ''; // the same one may be chosen again
  };
  /** @param {import('./mention.js').Offer} offer */
  const take = (offer) => {
    const next = offer.apply(text, caret);
    write(next.text);
    area.current.value = next.text;
    area.current.setSelectionRange(next.caret, next.caret);
    setCaret(next.caret);
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (offered && step) setPicked((picked + step + offered.length) % offered.length);
    else if (offered && (event.key === 'Enter' || event.key === 'Tab')) take(offered[picked]);
    else if (offered && event.key === 'Escape') setCaret(0);
    else if (event.key === 'Enter' && !event.shiftKey) submit();
    else if (event.key === 'Escape' && task) finish();
    else if (event.key === 'ArrowUp' && !text) {
      const message = lastOwn();
      if (!message) return;
      setTask({ kind: 'edit', message });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const { title } = desk.face(party);
  return html`
    <form class="composer" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), submit())}>
      ${task && html`<${Banner} task=${task} onclose=${finish} />`}
      ${offered && html`<${Suggestions} offers=${offered} picked=${picked} take=${take} />`}
      ${!editing && html`<${TrayView} party=${party} onleave=${() => area.current.focus()} />`}
      <div class="composer-line">
        ${offers && html`<${IconButton} name="clip" class="attach" label=${t('composer.attach')} onClick=${() => chooser.current.click()} />
          <input ref=${chooser} type="file" multiple hidden onChange=${choose} />`}
        <textarea ref=${area} rows="1" dir="auto" value=${text} placeholder=${t('composer.placeholder', { name: title })} aria-label=${t('composer.placeholder', { name: title })}
          aria-invalid=${over > 0 ? 'true' : undefined} enterkeyhint="send" onKeyDown=${key} onPaste=${paste} onInput=${(/** @type {any} */ event) => write(event.target.value)}
          onSelect=${(/** @type {any} */ event) => setCaret(event.target.selectionEnd)}></textarea>
        <button type="submit" class="send" disabled=${empty || stuck || over > 0} aria-label=${editing ? t('save') : t('composer.send')} title=${editing ? t('save') : t('composer.send')}>
          <${Icon} name=${editing ? 'sent' : 'send'} /></button>
      </div>
      ${over > -500 && html`<p class=${`composer-count ${over > 0 ? 'is-over' : ''}`} role="status">${over > 0 ? t('composer.over', { n: over }) : t('composer.left', { n: -over })}</p>`}
    </form>`;
}

/** @param {{task: NonNullable<Task>, onclose: () => void}} props */
function Banner({ task, onclose }) {
  const desk = useDesk();
  const title = task.kind === 'edit' ? t('composer.editing') : t('composer.replying', { name: desk.nameOf(task.message.from) });
  return html`<div class="banner"><${Icon} name=${task.kind} /><div class="banner-text"><strong>${title}</strong><span dir="auto">${preview(task.message)}</span></div>
    <${IconButton} name="close" label=${t('cancel')} onClick=${onclose} /></div>`;
}
