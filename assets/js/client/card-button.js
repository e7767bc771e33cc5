/** The buttons of a card, with what they ask for and what was wrong with the last press. */
import { Failure } from '../core/failure.js';
import { nameOf } from './card-done.js';
import { Confirm } from './dialog.js';
import { Icon } from './icon.js';
import { sentence, t } from './language.js';
import { when } from './time.js';
import { html, useDesk, useEffect, useName, useRef, useState } from './ui.js';

/** @typedef {import('../core/wire.js').CardAction} Action */

/** @param {{message: import('../core/wire.js').Message, card: {actions: Action[]}, linked: boolean, onlate: (done: import('../core/wire.js').CardDone) => void}} props */
export function Buttons({ message, card, linked, onlate }) {
  const desk = useDesk();
  const box = useRef(/** @type {any} */ (null));
  const [asked, setAsked] = useState(/** @type {Action|null} */ (null));
  const [sure, setSure] = useState(/** @type {{action: Action, input?: string}|null} */ (null));
  const [busy, setBusy] = useState(/** @type {string|null} */ (null));
  const [problem, setProblem] = useState('');
  const note = useName('card-note');

  /** @param {Action} action @param {string} [input] */
  const press = async (action, input) => {
    const frame = box.current.closest('.card');
    setSure(null);
    setProblem('');
    setBusy(action.id);
    try {
      await desk.messenger.presses.act(message.id, action.id, input);
      // The button is gone, so that the keyboard would stand nowhere.
      requestAnimationFrame(() => frame.querySelector('.card-state')?.focus());
    } catch (cause) {
      const failure = Failure.of(cause);
      if (failure.done) {
        const { at } = failure.done;
        const label = message.claim ? t('claim.label') : failure.done.label;
        const name = nameOf(failure.done, desk.messenger.id);
        desk.say(t(name ? 'card.late' : 'card.late.nobody', { name, label, time: when(new Date(at)) }), true);
        onlate(failure.done);
      } else setProblem(sentence(failure));
    }
    setBusy(null);
  };
  /** @param {Action} action @param {string} [input] */
  const begin = (action, input) => (action.confirm ? setSure({ action, input }) : press(action, input));
  const closed = !linked || busy !== null;
  return html`<div class="card-foot" ref=${box}>
    ${asked
      ? html`<${Ask} action=${asked} closed=${closed} busy=${busy !== null} onyes=${(/** @type {string} */ input) => begin(asked, input)} onno=${() => setAsked(null)} />`
      : html`<div class="card-buttons" role="group" aria-label=${t('card.actions')}>${card.actions.map((action) => html`
          <button type="button" key=${action.id} class=${`button ${looks[action.style]}`} disabled=${closed} aria-busy=${String(busy === action.id)} aria-describedby=${linked ? undefined : note}
            onClick=${() => (action.input ? setAsked(action) : begin(action))}>${busy === action.id && html`<span class="spinner" aria-hidden="true"></span>`}<bdi>${action.label}</bdi></button>`)}</div>`}
    ${!linked && html`<p class="card-note" id=${note}><${Icon} name="info" />${t('card.offline')}</p>`}
    ${problem && html`<p class="card-note is-bad" role="alert"><${Icon} name="alert" />${problem}</p>`}
    ${sure && html`<${Confirm} title=${sure.action.confirm} action=${sure.action.label} calm=${sure.action.style !== 'danger'} onyes=${() => press(sure.action, sure.input)} onclose=${() => setSure(null)} />`}
  </div>`;
}

/** @type {Record<string, string>} */
const looks = { primary: 'button-accent', danger: 'button-danger', default: '' };

/** What a button asks for. @param {{action: Action, closed: boolean, busy: boolean, onyes: (input: string) => void, onno: () => void}} props */
function Ask({ action, closed, busy, onyes, onno }) {
  const field = useRef(/** @type {any} */ (null));
  const name = useName('card-ask');
  const input = /** @type {{label: string, required?: boolean, multiline?: boolean}} */ (action.input);
  useEffect(() => {
    field.current.focus();
    field.current.form.scrollIntoView({ block: 'nearest' });
  }, []);
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    event.stopPropagation(); // the arrows move in the text, not from message to message
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onno();
  };
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (!closed) onyes(field.current.value.trim());
  };
  return html`<form class="card-ask" onSubmit=${submit} onKeyDown=${key}>
    <label class="field" for=${name}><span dir="auto">${input.label}</span></label>
    ${input.multiline
      ? html`<textarea class="input" id=${name} ref=${field} rows="3" maxlength="2000" required=${input.required} dir="auto"></textarea>`
      : html`<input class="input" id=${name} ref=${field} maxlength="2000" required=${input.required} autocomplete="off" dir="auto" />`}
    <div class="card-buttons"><button type="submit" class=${`button ${looks[action.style] || 'button-accent'}`} disabled=${closed} aria-busy=${String(busy)}><bdi>${action.label}</bdi></button>
      <button type="button" class="button" onClick=${onno}>${t('cancel')}</button></div>
  </form>`;
}
