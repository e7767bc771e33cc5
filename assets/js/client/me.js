/** Me: my face and presence, and the menu to change it or to leave. */
import { Avatar, showWord } from './avatar.js';
import { Confirm } from './dialog.js';
import { Icon } from './icon.js';
import { sentence, t } from './language.js';
import { html, useDesk, useEffect, useName, useRef, useState } from './ui.js';

const SHOWS = /** @type {const} */ (['available', 'away', 'busy', 'invisible']);
/** Minutes, and 0 for until it is changed. */
const SPANS = [0, 30, 60, 240];

export function Me() {
  const desk = useDesk();
  const { me, presence } = desk.messenger;
  const [open, setOpen] = useState(false);
  const root = /** @type {import('preact').RefObject<HTMLDivElement>} */ (useRef(/** @type {any} */ (null)));
  const name = me?.name ?? '';
  const show = desk.reach === 'here' ? presence.shown : 'offline';
  const close = () => {
    setOpen(false);
    root.current?.querySelector('button')?.focus();
  };
  useEffect(() => {
    if (!open) return;
    /** @param {Event} event */
    const outside = (event) => !root.current?.contains(/** @type {Node} */ (event.target)) && setOpen(false);
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    close();
  };

  return html`<div class="me" ref=${root} onKeyDown=${key}>
    <button type="button" class="me-button" aria-expanded=${String(open)} aria-haspopup="dialog" onClick=${() => setOpen(!open)} title=${t('me.menu')}>
      <${Avatar} id=${me?.id ?? ''} name=${name} picture=${me?.avatar} show=${show} />
      <span class="row-text"><span class="row-title" dir="auto">${name}</span>
        <span class="row-detail" dir="auto">${(desk.reach === 'here' && presence.mine.note) || showWord(show)}</span></span>
      <${Icon} name="down" />
    </button>
    ${open && html`<${Menu} onclose=${close} />`}
  </div>`;
}

/** @param {{onclose: () => void}} props */
function Menu({ onclose }) {
  const desk = useDesk();
  const { presence } = desk.messenger;
  const [show, setShow] = useState(presence.mine.show);
  const [note, setNote] = useState(presence.mine.note ?? '');
  const [span, setSpan] = useState(0);
  const [leaving, setLeaving] = useState(false);
  const group = useName('show');
  const form = /** @type {import('preact').RefObject<HTMLFormElement>} */ (useRef(/** @type {any} */ (null)));
  useEffect(() => /** @type {HTMLElement|null|undefined} */ (form.current?.querySelector('input:checked'))?.focus(), []);
  /** @param {Event} event */
  const save = (event) => {
    event.preventDefault();
    const until = span ? { until: new Date(Date.now() + span * 60_000).toISOString() } : {};
    presence.choose({ show, ...(note.trim() && { note: note.trim(), ...until }) }).catch((failure) => desk.say(sentence(failure), true));
    onclose();
  };
  return html`
    <form class="popover me-menu" role="dialog" aria-label=${t('me.menu')} ref=${form} onSubmit=${save}>
      <fieldset><legend class="hidden">${t('me.show')}</legend>
        ${SHOWS.map((one) => html`<label class="choice">
          <input type="radio" name=${group} checked=${show === one} onChange=${() => setShow(one)} />
          <span class=${`presence presence-${one}`}></span><span>${showWord(one)}</span>
          ${one === 'invisible' && html`<small>${t('me.invisible')}</small>`}</label>`)}
      </fieldset>
      <label class="field"><span>${t('me.note')}</span>
        <input type="text" dir="auto" maxlength="80" value=${note} placeholder=${t('me.note.example')} onInput=${(/** @type {any} */ event) => setNote(event.target.value)} /></label>
      ${note.trim() && html`<label class="field"><span>${t('me.until')}</span>
        <select onChange=${(/** @type {any} */ event) => setSpan(Number(event.target.value))}>
          ${SPANS.map((minutes) => html`<option value=${minutes} selected=${span === minutes}>${minutes === 0 ? t('me.until.changed') : minutes < 60 ? t('minutes', { n: minutes }) : t('hours', { n: minutes / 60 })}</option>`)}
        </select></label>`}
      <${Bell} />
      <div class="popover-foot">
        ${desk.signOut && html`<button type="button" class="button button-plain" onClick=${() => (desk.messenger.outbox.kept ? setLeaving(true) : desk.signOut?.())}><${Icon} name="leave" />${t('sign.out')}</button>`}
        <button type="submit" class="button button-accent">${t('save')}</button>
      </div>
      ${leaving && html`<${Confirm} title=${t('sign.out.unsent', { n: desk.messenger.outbox.kept })} action=${t('sign.out')}
        onyes=${() => (setLeaving(false), desk.signOut?.())} onclose=${() => setLeaving(false)} />`}
    </form>`;
}

/** Desktop notices, where there is such a thing. They are turned on by a click, because only then the browser asks. */
function Bell() {
  const { notices } = useDesk();
  const state = notices?.board.state() ?? 'none';
  if (!notices || state === 'none') return null;
  /** @param {any} event */
  const turn = (event) => notices.turn(event.target.checked);
  return html`<label class="switch">
    <span class="switch-text"><span>${t('notice.label')}</span><small>${t(state === 'denied' ? 'notice.denied' : 'notice.about')}</small></span>
    <input type="checkbox" role="switch" checked=${notices.on} disabled=${state === 'denied'} onChange=${turn} /></label>`;
}
