/** Says quietly that the connection is not there, and that it will mend itself. */
import { Icon } from './icon.js';
import { t } from './language.js';
import { html, useDesk } from './ui.js';

/** What the server says of it is for developers. @type {Record<string, import('./language.js').Word>} */
const ENDS = { replaced: 'link.replaced', conflict: 'link.other' };

export function LinkBar() {
  const { messenger, reach } = useDesk();
  const { phase, code = '' } = messenger.link;
  if (reach === 'here') return html`<div class="link-bar" role="status"></div>`;
  const stopped = reach === 'stopped';
  const text = stopped ? t(ENDS[code] ?? 'link.stopped') : reach === 'offline' ? t('link.offline') : t('link.trying');
  return html`<div class="link-bar is-shown" role="status">
    ${reach === 'offline' ? html`<${Icon} name="alert" />` : !stopped && html`<span class="spinner" aria-hidden="true"></span>`}<span>${text}</span>
    ${stopped && html`<button type="button" class="link" onClick=${() => messenger.start()}>${t('link.again')}</button>`}
    ${phase === 'waiting' && reach === 'trying' && html`<button type="button" class="link" onClick=${() => messenger.connection.nudge()}>${t('link.now')}</button>`}
  </div>`;
}
