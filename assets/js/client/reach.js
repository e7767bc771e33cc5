/**
 * Whether the server is in reach, for all views alike. A device that says it is offline is believed at once, unless the
 * server answers all the same (it may run on that very device); a connection that breaks has a moment to mend, so that a
 * hiccup stays quiet. Where what was written waits too long on a connection that looks alive, the server is asked beside it.
 */
import { answers } from './door.js';

const QUIET = 1500;
const LATE = 6000;

/** @typedef {'here'|'trying'|'offline'|'stopped'} Reach */

/** Keeps `desk.reach` right. @param {import('./desk.js').Desk} desk @returns {() => void} stops it */
export function watchReach(desk) {
  const { messenger } = desk;
  let away = !navigator.onLine;
  let before = '';
  /** @type {any} */ let timer = null;
  /** @type {{key: string|undefined, since: number}} */ let waits = { key: undefined, since: 0 };

  /** @param {Reach} reach */
  const set = (reach) => {
    if (desk.reach === reach) return;
    desk.reach = reach;
    messenger.signal.touch('link');
  };
  const look = () => {
    const { phase } = messenger.link;
    if (phase === 'ready' && before !== 'ready') {
      away = false;
      desk.opened += 1;
      desk.files.forget();
    }
    before = phase;
    const missing = phase === 'connecting' || phase === 'waiting';
    if (!missing) timer = clearTimeout(timer);
    else timer ??= setTimeout(() => set(away ? 'offline' : 'trying'), QUIET);
    if (phase === 'stopped') set('stopped');
    else if (away) set('offline');
    else if (!missing) set('here');
    else if (desk.reach !== 'here') set('trying');
  };
  const off = async () => {
    away = true;
    look();
    away = !(await answers());
    look();
  };
  const on = () => {
    const sure = away;
    away = false;
    messenger.connection.nudge(sure);
    look();
  };
  const watch = () => {
    const key = messenger.link.phase === 'ready' ? messenger.outbox.entries.find((entry) => !entry.failed && !entry.coming)?.key : undefined;
    if (key === undefined || key !== waits.key) waits = { key, since: Date.now() };
    else if (Date.now() - waits.since > LATE) {
      waits.since = Date.now();
      answers().then((there) => there || messenger.connection.nudge(true));
    }
  };

  addEventListener('offline', off);
  addEventListener('online', on);
  const beat = setInterval(watch, 2000);
  const stop = messenger.signal.listen(look);
  look();
  return () => {
    removeEventListener('offline', off);
    removeEventListener('online', on);
    clearInterval(beat);
    clearTimeout(timer);
    stop();
  };
}
