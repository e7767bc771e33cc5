const SHORTEST = 500;
const LONGEST = 30_000;

/**
 * How long to wait before the next attempt: anything between nothing and a bound that doubles ("full jitter"), so that
 * the clients of a restarted server do not all come back at once.
 *
 * @param {number} attempt 0 for the first
 * @param {() => number} random
 */
export function pause(attempt, random) {
  const bound = Math.min(LONGEST, SHORTEST * 2 ** Math.min(attempt, 10));
  return Math.round(random() * bound);
}
