/** What the application said before of the same object, folded under its newest message. */
import { Icon } from './icon.js';
import { t } from './language.js';
import { Markdown } from './markdown.js';
import { fullTime, shortTime } from './time.js';
import { html, useState } from './ui.js';

/** @param {{messages: import('../core/wire.js').Message[], active: boolean}} props */
export function Earlier({ messages, active }) {
  const [open, setOpen] = useState(false);
  return html`
    <div class="earlier">
      <button type="button" class="link" tabindex=${active ? 0 : -1} aria-expanded=${String(open)} onClick=${() => setOpen(!open)}>
        <${Icon} name=${open ? 'down' : 'next'} />${open ? t('topic.fold') : t('topic.earlier', { n: messages.length })}</button>
      ${open && html`<ol class="earlier-list">${messages.map((message) => html`
        <li key=${message.id} title=${fullTime(new Date(message.at))}>
          <time dateTime=${message.at}>${shortTime(new Date(message.at))}</time>
          <${Markdown} message=${message} names=${[]} /></li>`)}</ol>`}
    </div>`;
}
