/** Choosing people: a search and a list with ticks. */
import { Avatar } from './avatar.js';
import { found } from './contact-list.js';
import { compare, t } from './language.js';
import { IconButton } from './icon.js';
import { html, useDesk, useEffect, useMemo, useState } from './ui.js';

const SHOWN = 100;

/** @param {{chosen: string[], setChosen: (users: string[]) => void, without?: string[]}} props */
export function PeoplePicker({ chosen, setChosen, without = [] }) {
  const desk = useDesk();
  const { messenger } = desk;
  const [text, setText] = useState('');
  const wanted = text.trim();
  useEffect(() => {
    const timer = setTimeout(() => wanted && messenger.roster.search(wanted), 200);
    return () => clearTimeout(timer);
  }, [wanted]);
  const name = (/** @type {string} */ id) => desk.nameOf(`user:${id}`);
  // thousands may be known; putting them in order is not for every key that is pressed
  const all = useMemo(
    () => (wanted ? found(messenger, wanted).users : [...messenger.rows.users.keys()].filter((id) => id !== messenger.id).sort((a, b) => compare(name(a), name(b)))),
    [wanted, messenger.replica.rows, messenger.signal.of('users', 'roster')],
  );
  const offered = all.filter((id) => !without.includes(id)).slice(0, SHOWN);
  /** @param {string} id */
  const toggle = (id) => setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return html`
    <div class="picker">
      ${chosen.length > 0 && html`<ul class="chips" aria-label=${t('picker.chosen')}>${chosen.map((id) => html`<li key=${id} class="chip"><bdi>${name(id)}</bdi>
        <${IconButton} name="close" label=${t('picker.remove', { name: name(id) })} onClick=${() => toggle(id)} /></li>`)}</ul>`}
      <input type="search" class="input" dir="auto" value=${text} placeholder=${t('picker.search')} aria-label=${t('picker.search')}
        onInput=${(/** @type {any} */ event) => setText(event.target.value)} onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && event.preventDefault()} />
      <ul class="picker-list">
        ${offered.map((id) => html`<li key=${id}><label class="row"><input type="checkbox" checked=${chosen.includes(id)} onChange=${() => toggle(id)} />
          <${Avatar} id=${id} name=${name(id)} picture=${desk.user(id)?.avatar} size="small" />
          <span class="row-text"><span class="row-title" dir="auto">${name(id)}</span>${desk.user(id)?.title && html`<span class="row-detail" dir="auto">${desk.user(id)?.title}</span>`}</span></label></li>`)}
        ${!offered.length && html`<li class="empty-hint">${wanted ? t('search.nothing', { text: wanted }) : t('contacts.none')}</li>`}
      </ul>
    </div>`;
}
