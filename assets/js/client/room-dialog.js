/** A new room, or more people for one. */
import { freshKey } from '../core/key.js';
import { Dialog } from './dialog.js';
import { sentence, t } from './language.js';
import { PeoplePicker } from './people-picker.js';
import { html, useDesk, useMemo, useState } from './ui.js';

/** @param {{onclose: () => void}} props */
export function RoomDialog({ onclose }) {
  const desk = useDesk();
  const [title, setTitle] = useState('');
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const key = useMemo(freshKey, [title, chosen]);
  const create = () =>
    desk.messenger.ask('room', { key, title: title.trim(), users: chosen }).then((ok) => () => {
      if (ok.conversation) desk.route.go(`conversation:${ok.conversation.id}`);
    });
  return html`
    <${Form} title=${t('room.new')} action=${t('room.create')} ready=${title.trim() !== '' && chosen.length > 0} run=${create} onclose=${onclose}>
      <label class="field"><span>${t('room.title')}</span>
        <input class="input" type="text" dir="auto" maxlength="100" autofocus value=${title} placeholder=${t('room.title.example')}
          onInput=${(/** @type {any} */ event) => setTitle(event.target.value)} /></label>
      <${PeoplePicker} chosen=${chosen} setChosen=${setChosen} />
    <//>`;
}

/** @param {{conversation: number, present: string[], onclose: () => void}} props */
export function AddDialog({ conversation, present, onclose }) {
  const desk = useDesk();
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const add = () => desk.messenger.ask('room', { conversation, add: chosen });
  return html`
    <${Form} title=${t('room.add')} action=${t('room.add')} ready=${chosen.length > 0} run=${add} onclose=${onclose}>
      <${PeoplePicker} chosen=${chosen} setChosen=${setChosen} without=${present} />
    <//>`;
}

/** @param {{title: string, action: string, ready: boolean, run: () => Promise<any>, onclose: () => void, children: any}} props */
function Form({ title, action, ready, run, onclose, children }) {
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    try {
      const next = await run();
      onclose();
      if (typeof next === 'function') next(); // when the focus is free
    } catch (cause) {
      setProblem(sentence(/** @type {any} */ (cause)));
      setBusy(false);
    }
  };
  return html`
    <${Dialog} title=${title} onclose=${onclose}>
      <form class="dialog-form" onSubmit=${submit}>
        ${children}
        ${problem && html`<p class="problem" role="alert">${problem}</p>`}
        <footer class="dialog-foot"><button type="button" class="button" onClick=${onclose}>${t('cancel')}</button>
          <button type="submit" class="button button-accent" disabled=${!ready || busy}>${action}</button></footer>
      </form>
    <//>`;
}
