/** Moments in the reader's own time and language; the exact one stays in the title. */

const language = document.documentElement.lang || 'en';
const day = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false });
const near = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' });

/** @type {[number, Intl.RelativeTimeFormatUnit][]} */
const steps = [[60, 'second'], [3600, 'minute'], [86400, 'hour'], [7 * 86400, 'day']];

/** @param {Date} moment @param {Date} now */
export function inWords(moment, now) {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  const far = Math.abs(seconds);
  let unit = 1;
  for (const [end, name] of steps) {
    if (far < end) return near.format(Math.trunc(seconds / unit), name);
    unit = end === 7 * 86400 ? unit : end;
  }
  return day.format(moment);
}

/** @param {HTMLTimeElement} element */
function write(element) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  element.textContent = inWords(moment, new Date());
  element.title = exact.format(moment);
}

/** @param {ParentNode} root */
export function localTimes(root) {
  const all = () => root.querySelectorAll('time').forEach(write);
  all();
  setInterval(all, 30_000);
}
