/** A socket whose other end a test plays. */
export class FakeSocket {
  readyState = 0;
  sent = [];
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  opens() {
    this.readyState = 1;
    this.onopen();
  }
  says(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
  ends(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  last(name) {
    return this.sent.findLast((frame) => name in frame)?.[name];
  }
}

export const welcome = { session: { id: 1, expires_at: null }, me: { id: 'anna', name: 'Anna', kind: 'person', version: 1 }, application: { name: 'Office', colour: null, icon: null, features: [], show: 'available' }, epoch: 'e1', version: 10, resumed: false, limits: { frame: 1, text: 100, rate: 1, burst: 1 } };

/** @param {number} id @param {object} [more] */
export const message = (id, more = {}) => ({ id, conversation: 7, prev: 0, from: 'user:ben', at: '2026-11-22T09:00:00.000Z', text: 'x', mentions: [], reply_to: null, edited_at: null, deleted_by: null, version: id, ...more });
