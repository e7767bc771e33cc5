/**
 * Callbacks, good and forged, signed by a public library of Standard Webhooks. `node examples/vector.js > examples/vectors.json`
 * writes those that are kept; a test makes them again and compares, and has the library for Python sign the same.
 */
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const OTHER = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const FIXED = 1_763_800_000;

/** @param {number} now seconds @returns {Array<{name: string, good: boolean, secret: string, headers: Record<string, string>, body: string, now: number}>} */
export function cases(now) {
  const plain = '{"type":"contacts.list","timestamp":"2026-11-22T09:30:00.123Z","application":"oa","data":{"user":"anna"}}';
  const wide = '{"type":"message.created","data":{"message":{"text":"早上好 👍 \\u202e\\"/\\\\<b>","from":"user:ünal"}}}';
  const sign = (body, { at = now, secret = SECRET, id = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' } = {}) => ({ 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': new Webhook(secret).sign(id, new Date(at * 1000), body) });
  const all = [];
  /** @param {string} name @param {boolean} good @param {Record<string, string>} headers */
  const add = (name, good, headers, body = plain, secret = SECRET) => all.push({ name, good, secret, headers, body, now });
  const [right, wrong] = [sign(plain), sign(plain, { secret: OTHER })];
  const signature = (value) => ({ ...right, 'webhook-signature': value });
  add('plain', true, right);
  add('other letters, and an escape', true, sign(wide), wide);
  add('an empty object of data, as PHP reads it', true, sign('{"type":"ping","data":{}}'), '{"type":"ping","data":{}}');
  add('names of headers as a proxy writes them', true, Object.fromEntries(Object.entries(right).map(([name, value]) => [name.replace(/\b\w/g, (c) => c.toUpperCase()), value])));
  add('the right signature is the first of two', true, signature(`${right['webhook-signature']} ${wrong['webhook-signature']}`));
  add('the right signature is the last of three', true, signature(`v1a,aGVsbG8= ${wrong['webhook-signature']} ${right['webhook-signature']}`));
  add('a little late', true, sign(plain, { at: now - 290 }));
  add('a little early', true, sign(plain, { at: now + 290 }));
  add('six minutes old', false, sign(plain, { at: now - 360 }));
  add('six minutes ahead', false, sign(plain, { at: now + 360 }));
  add('another secret', false, wrong);
  add('another body', false, right, plain.replace('anna', 'anne'));
  add('one space more', false, right, `${plain} `);
  add('another id', false, { ...right, 'webhook-id': 'msg_other' });
  add('another time', false, { ...right, 'webhook-timestamp': String(now + 1) });
  add('a time that is none', false, { ...right, 'webhook-timestamp': 'now' });
  add('no signature', false, { 'webhook-id': 'msg_1', 'webhook-timestamp': String(now) });
  add('an empty signature', false, signature('v1,'));
  add('the signature of another version', false, signature(right['webhook-signature'].replace('v1,', 'v2,')));
  add('a signature cut short', false, signature(right['webhook-signature'].slice(0, -6)));
  add('no headers at all', false, {});
  return all;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(JSON.stringify(cases(FIXED), null, 1));
