/** Fetches what the package consists of from where it lies (`assets/js`, and the licence), and takes it away again with `--clear`. */
import { cpSync, rmSync } from 'node:fs';

const PARTS = { core: '../../assets/js/core', library: '../../assets/js/library', LICENSE: '../../LICENSE' };

for (const [name, from] of Object.entries(PARTS)) {
  const to = new URL(name, import.meta.url);
  rmSync(to, { recursive: true, force: true });
  if (!process.argv.includes('--clear')) cpSync(new URL(from, import.meta.url), to, { recursive: true });
}
