import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contrast, dark, parse, readable } from '../../../assets/js/client/colour.js';
import { initials, shown } from '../../../assets/js/client/avatar.js';
import { itemsOf, markOf } from '../../../assets/js/client/log-item.js';
import { asOf, fold, nextEnd } from '../../../assets/js/client/topic.js';

const root = new URL('../../../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');

/** All modules that a module imports, and theirs. */
function imported(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, target] of read(path).matchAll(/^(?:import|export)\b[^'";]*?from\s*['"]([^'"]+)['"]/gm)) {
    imported(new URL(target, new URL(path, root)).href.slice(root.href.length), seen);
  }
  return seen;
}

test('the page names every module of the client beforehand, and nothing else', () => {
  const wanted = imported('assets/js/client/main.js');
  wanted.delete('assets/js/client/main.js');
  const head = read('templates/client/head.html');
  const named = [...head.matchAll(/in \[([^\]]*)\][^\n]*\n<link rel="modulepreload" href="\{\{ at \}\}([^{]*)\{\{ name \}\}([^"]*)">/g)].flatMap(([, list, folder, ending]) =>
    [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => `assets/${folder}${name}${ending}`),
  );
  assert.deepEqual(named.sort(), [...wanted].sort());
  for (const [, name] of head.matchAll(/css\/client\/(\w+)\.css/g)) assert.ok(existsSync(new URL(`assets/css/client/${name}.css`, root)));
});

test('the core knows no page', () => {
  for (const path of imported('assets/js/core/messenger.js')) {
    assert.match(path, /^assets\/js\/core\//);
    const code = read(path).replace(/\/\*[\s\S]*?\*\//g, '');
    assert.doesNotMatch(code, /\b(document|window|localStorage|sessionStorage|location|navigator)\b/, path);
  }
});

test('nothing writes markup', () => {
  for (const path of [...imported('assets/js/client/main.js'), ...imported('assets/js/client/frame.js'), ...imported('assets/js/widget/widget.js')].filter((path) => path.includes('/js/'))) {
    assert.doesNotMatch(read(path), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc/, path);
  }
});

test('any colour of an application can be read', () => {
  const white = parse('#fff');
  for (const colour of ['#ffff00', '#ffffff', '#00ff88', '#000', '#2f5fd0', '#ff6600']) {
    assert.ok(contrast(parse(dark(colour)), white) >= 4.5, colour);
    assert.ok(contrast(readable(parse(colour), parse('#17191e'), 6), parse('#17191e')) >= 6, colour);
  }
  assert.equal(parse('red; background: url(x)'), null);
  assert.equal(dark('nonsense'), null);
});

test('initials of names of many kinds', () => {
  assert.deepEqual(['Anna Liu', 'Cher', '李明', '欧阳修远', 'عمر الفاروق', 'Jean-Luc van der Berg', '', '  x  ', '(ops) Bot', 'Chen Wei 陈伟', 'Dalia Haddad داليا حداد', 'Анна عمر', '陈伟 Chen Wei', 'Wei 陈', 'שרה Анна כהן'].map(initials), ['AL', 'C', '李明', '修远', 'عا', 'JB', '?', 'X', 'B', 'CW', 'DH', 'А', '陈伟', 'W', 'שכ']);
});

test('pictures come from this server only', () => {
  assert.equal(shown('/files/1'), '/files/1');
  assert.equal(shown('//elsewhere.example/x.png'), null);
  assert.equal(shown('https://elsewhere.example/x.png'), null);
  assert.equal(shown('javascript:alert(1)'), null);
});

test('messages of one author in five minutes are one run; days and what is new part them', () => {
  const message = (id, from, at) => ({ id, from, at, conversation: 1, prev: id - 1, text: '', mentions: [], reply_to: null, edited_at: null, deleted_by: null, version: id });
  const items = itemsOf(
    [message(1, 'user:ben', '2026-11-21T12:00:00Z'), message(2, 'user:ben', '2026-11-21T12:02:00Z'), message(3, 'user:ben', '2026-11-21T12:20:00Z'), message(4, 'user:ben', '2026-11-23T12:00:00Z')],
    [{ key: 'k', to: 'user:ben', text: 'x', at: Date.parse('2026-11-23T12:01:00Z') }],
    2,
    'anna',
  );
  assert.deepEqual(items.map((item) => item.kind), ['day', 'message', 'message', 'new', 'message', 'day', 'message', 'waiting']);
  assert.deepEqual(items.filter((item) => item.kind === 'message').map((item) => [item.starts, item.ends]), [[true, false], [false, true], [true, true], [true, true]]);
});

test('what the application wrote in a name is a run of its own, so that each says whose words it is', () => {
  const message = (id, via) => ({ id, from: 'user:ben', ...(via && { via }), at: '2026-11-21T12:00:00Z', conversation: 1, prev: id - 1, text: '', mentions: [], reply_to: null, edited_at: null, deleted_by: null, version: id });
  const items = itemsOf([message(1, 'application'), message(2, 'application'), message(3), message(4)], [], null, 'anna');
  assert.deepEqual(items.slice(1).map((item) => [item.starts, item.ends]), [[true, false], [false, true], [true, false], [false, true]]);
});

test('a mark tells how far a message has come', () => {
  const member = (read, received, left = null) => ({ conversation: 1, user: 'x', role: 'member', joined: 1, left, read, received, version: 1 });
  assert.deepEqual(markOf([member(0, 0)], 5), { state: 'sent', readers: 0 });
  assert.deepEqual(markOf([member(0, 5)], 5), { state: 'received', readers: 0 });
  assert.deepEqual(markOf([member(5, 0), member(0, 5)], 5), { state: 'received', readers: 1 });
  assert.deepEqual(markOf([member(5, 5), member(0, 0, 3)], 5), { state: 'read', readers: 1 }, 'who has left is not waited for');
});

test('of one topic the newest that stands is shown, with those before it under it', () => {
  const about = (id, topic, deleted_by = null, from = 'application') => ({ id, topic, deleted_by, from, at: '2026-11-21T12:00:00Z', text: 'x', mentions: [] });
  const ids = (messages) => messages.map((message) => message.id);
  const { shown, earlier } = fold([about(1, 'a'), about(2, 'b'), about(3, 'a'), about(4, 'a', null, 'user:ben'), about(5, 'a'), about(6, 'b', 'application'), about(7, 'c', 'application')]);
  assert.deepEqual(ids(shown), [2, 4, 5, 7], 'what was taken away stays only where nothing else is left');
  assert.deepEqual([...earlier].map(([head, rows]) => [head, ids(rows)]), [[5, [1, 3]]]);
});

test('a message whose time is over says nothing any more, and the next end is known', () => {
  const end = Date.parse('2026-11-21T12:00:00Z');
  const row = { id: 1, text: 'x', mentions: [], deleted_by: null, expires_at: '2026-11-21T12:00:00Z' };
  assert.equal(asOf(row, end - 1), row);
  assert.deepEqual([asOf(row, end).text, asOf(row, end).deleted_by], ['', 'application']);
  assert.deepEqual([nextEnd([row, { id: 2, deleted_by: null }], end - 1), nextEnd([row], end)], [end, Infinity]);
});
