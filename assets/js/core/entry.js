/**
 * A message that is written and not confirmed yet, as it is kept. One with files that are not at the server yet says their
 * names (`coming`) and until when (`held`, milliseconds) the page that sends them is at it: nobody else has their bytes.
 *
 * @typedef {{code: string, message: string, field?: string}} Refusal
 * @typedef {{key: string, to: string, text: string, reply_to?: number, mentions?: string[], attachments?: import('../library/parlour').Attachment[],
 *   coming?: string[], held?: number, at: number, epoch?: string, failed?: Refusal}} Entry
 */

/** What the server is sent of it. @param {Entry} entry */
export function bodyOf(entry) {
  const { at, failed, epoch, coming, held, attachments = [], ...body } = entry;
  return { ...body, ...(attachments.length && { attachments: attachments.map(({ id }) => id) }) };
}

/** Neither refused nor waiting for its files. @param {Entry} entry */
export const leaves = ({ failed, coming }) => !failed && !coming;

/** The page that sends its files is at it. @param {Entry} entry @param {number} now */
export const isHeld = ({ coming, held = 0 }, now) => coming !== undefined && held > now;

/** As another page takes it up: files that were not at the server are lost with the page that had them. @param {Entry} entry @returns {Entry} */
export function found(entry) {
  if (!entry.coming || entry.failed) return entry;
  const { held, ...rest } = entry;
  return { ...rest, failed: { code: 'files_lost', message: '' } };
}

/** The server has another database than the one of which its numbers are. @param {Entry} entry @returns {Entry} */
export function stranded(entry) {
  const { reply_to, ...rest } = entry;
  if (!entry.to.startsWith('conversation:') && !entry.attachments?.length) return rest;
  return { ...rest, failed: { code: 'conflict', message: '' } };
}

/** @param {string} text @returns {Entry[]} */
export function parse(text) {
  try {
    const entry = JSON.parse(text);
    return typeof entry?.key === 'string' && typeof entry.to === 'string' && typeof entry.text === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}
