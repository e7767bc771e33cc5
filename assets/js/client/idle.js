/** Whether somebody is at this device: after a while without any input nobody is, and the next input says otherwise at once. */

const PATIENCE = 5 * 60_000;
const INPUT = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus'];
/** Said in a frame when there was input in the page around it. */
export const AWAKE = 'parlour-awake';

/** @param {(idle: boolean) => void} tell @returns {() => void} stops it */
export function watchIdle(tell) {
  let last = Date.now();
  let idle = false;
  /** @type {any} */ let timer = null;
  const look = () => {
    const left = last + PATIENCE - Date.now();
    if (left > 0) timer = setTimeout(look, left);
    else tell((idle = true));
  };
  const wake = () => {
    last = Date.now();
    if (!idle) return;
    tell((idle = false));
    look();
  };
  const seen = () => document.visibilityState === 'visible' && wake();
  const options = { capture: true, passive: true };
  for (const name of [...INPUT, AWAKE]) addEventListener(name, wake, options);
  document.addEventListener('visibilitychange', seen);
  look();
  return () => {
    clearTimeout(timer);
    for (const name of [...INPUT, AWAKE]) removeEventListener(name, wake, options);
    document.removeEventListener('visibilitychange', seen);
  };
}
