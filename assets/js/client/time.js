/** Times as people say them. */
import { locale, t } from './language.js';

const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const weekdayLong = new Intl.DateTimeFormat(locale, { weekday: 'long', month: 'long', day: 'numeric' });
const date = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' });
const year = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'numeric', day: 'numeric' });
const yearLong = new Intl.DateTimeFormat(locale, { dateStyle: 'full' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });

const DAY = 86_400_000;

/** The number of the day that a moment falls on, here. @param {Date} at */
export const dayOf = (at) => Math.floor((at.getTime() - at.getTimezoneOffset() * 60_000) / DAY);

/** @param {Date} at */
export const clockTime = (at) => clock.format(at);

/** @param {Date} at */
export const fullTime = (at) => full.format(at);

/** In a list: the time today, the weekday this week, else the date. @param {Date} at @param {Date} [now] */
export function shortTime(at, now = new Date()) {
  const days = dayOf(now) - dayOf(at);
  if (days <= 0) return clock.format(at);
  if (days === 1) return t('day.yesterday');
  if (days < 7) return weekday.format(at);
  return at.getFullYear() === now.getFullYear() ? date.format(at) : year.format(at);
}

/** The time, and the day where it was another. @param {Date} at */
export const when = (at) => (dayOf(at) === dayOf(new Date()) ? clock.format(at) : `${shortTime(at)} ${clock.format(at)}`);

/** Between the messages of two days. @param {Date} at @param {Date} [now] */
export function dayName(at, now = new Date()) {
  const days = dayOf(now) - dayOf(at);
  if (days === 0) return t('day.today');
  if (days === 1) return t('day.yesterday');
  return at.getFullYear() === now.getFullYear() ? weekdayLong.format(at) : yearLong.format(at);
}

/** How long ago. @param {Date} at @param {number} [now] */
export function since(at, now = Date.now()) {
  const minutes = Math.round((now - at.getTime()) / 60_000);
  if (minutes < 60) return ago.format(-Math.max(1, minutes), 'minute');
  if (minutes < 24 * 60) return ago.format(-Math.round(minutes / 60), 'hour');
  const days = Math.round(minutes / 1440);
  return days < 30 ? ago.format(-days, 'day') : year.format(at);
}
