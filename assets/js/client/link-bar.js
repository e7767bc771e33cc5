/** Says quietly that the connection is not there, and that it will mend itself. */
import { t } from './language.js';
import { html, useDesk, useEffect, useEvent, useState } from './ui.js';

const QUIET = 1500;

export function LinkBar() {
  const { messenger } = useDesk();
  const { phase, message } = messenger.link;
  const [late, setLate] = useState(false);
  const [online, setOnline] = useState(navigator.onLine);
  useEvent(window, 'online', () => setOnline(true));
  useEvent(window, 'offline', () => setOnline(false));
  const missing = phase !== 'ready';
  useEffect(() => {
    if (!missing) return setLate(false);
    const timer = setTimeout(() => setLate(true), QUIET);
    return () => clearTimeout(timer);
  }, [missing]);

  const stopped = phase === 'stopped';
  if (!missing || !(late || stopped || !online)) return html`<div class="link-bar" role="status"></div>`;
  const text = stopped ? message || t('link.stopped') : !online ? t('link.offline') : t('link.trying');
  return html`<div class="link-bar is-shown" role="status">
    ${!stopped && html`<span class="spinner" aria-hidden="true"></span>`}<span>${text}</span>
    ${stopped && html`<button type="button" class="link" onClick=${() => messenger.start()}>${t('link.again')}</button>`}
    ${phase === 'waiting' && online && html`<button type="button" class="link" onClick=${() => messenger.connection.nudge()}>${t('link.now')}</button>`}
  </div>`;
}
