/** A clock that moves only when a test says so, and lets waiting promises run in between. */
export class FakeClock {
  time = 1_000_000;
  /** @type {Array<{at: number, run: () => void}>} */ timers = [];
  chance = 0.5;

  now = () => this.time;
  random = () => this.chance;
  after = (run, ms) => {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return timer;
  };
  cancel = (timer) => {
    this.timers = this.timers.filter((one) => one !== timer);
  };

  async pass(ms) {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.time = next.at;
      this.cancel(next);
      next.run();
    }
    this.time = end;
    await settle();
  }
}

/** Lets everything run that waits for nothing but its turn. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** What outlives a page, in a Map. */
export function memory(map = new Map()) {
  return {
    map,
    list: (prefix) => [...map].filter(([name]) => name.startsWith(prefix)),
    set: (name, text) => void map.set(name, text),
    remove: (name) => void map.delete(name),
  };
}
