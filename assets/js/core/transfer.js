/** One file on its way to the server. In a browser it says how far it is; a program's `fetch` does not know. */
import { failed } from './call.js';
import { Failure } from './failure.js';

/** Nothing moved for so long: the connection is dead. */
const SILENCE = 45_000;

/**
 * @typedef {import('./file.js').Place} Place
 * @typedef {{bearer?: string, signal?: AbortSignal, onprogress?: (sent: number) => void}} Way `sent`: bytes
 */

/** @param {string|URL} address @param {Blob} file @param {string} name @param {Way} way @returns {Promise<Place>} what is known of it there */
export async function transfer(address, file, name, way) {
  const form = new FormData();
  form.set('file', file, name);
  const headers = { accept: 'application/json', ...(way.bearer && { authorization: `Bearer ${way.bearer}` }) };
  way.signal?.throwIfAborted();
  const send = typeof XMLHttpRequest === 'undefined' ? fetched : watched;
  const { status, answer } = await send(String(address), form, headers, way);
  if (status !== 201 || !answer?.file) throw failed(status, answer);
  return answer.file;
}

/** @typedef {{status: number, answer: any}} Answer */

/** @param {string} address @param {FormData} body @param {Record<string, string>} headers @param {Way} way @returns {Promise<Answer>} */
async function fetched(address, body, headers, { signal }) {
  const response = await fetch(address, { method: 'POST', headers, body, ...(signal && { signal }) }).catch(() => {
    signal?.throwIfAborted();
    throw Failure.disconnected();
  });
  return { status: response.status, answer: await response.json().catch(() => null) };
}

/** @param {string} address @param {FormData} body @param {Record<string, string>} headers @param {Way} way @returns {Promise<Answer>} */
function watched(address, body, headers, { signal, onprogress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer = /** @type {any} */ (0);
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), SILENCE);
    };
    const stop = () => request.abort();
    request.open('POST', address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded }) => (alive(), onprogress?.(loaded));
    request.onload = () => resolve({ status: request.status, answer: request.response });
    request.onerror = request.onabort = () => reject(signal?.aborted ? signal.reason : Failure.disconnected());
    request.onloadend = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
    signal?.addEventListener('abort', stop);
    alive();
    request.send(body);
  });
}
