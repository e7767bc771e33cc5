import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { catalogues, choose, extent, sentence } from '../../../assets/js/client/language.js';

const { en, zh } = catalogues;

const blanks = (value) => [...new Set((typeof value === 'string' ? value : value.other).match(/\{\w+\}/g) ?? [])].sort();

test('both languages have the same words with the same blanks', () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  for (const word of Object.keys(en)) if (!(word in { 'sign.slow': 1 })) assert.deepEqual(blanks(zh[word]), blanks(en[word]), word);
});

test('every word is used, and every word that is used is there', () => {
  const folder = new URL('../../../assets/js/client/', import.meta.url);
  const source = readdirSync(folder).filter((name) => name.endsWith('.js')).map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
  for (const [, word] of source.matchAll(/\bt\('([\w.]+)'/g)) assert.ok(word in en, word);
  const built = /^(error|mark)\./;
  for (const word of Object.keys(en)) assert.ok(built.test(word) || source.includes(`'${word}'`), `${word} is not used`);
});

test('the reader’s first language that we have is chosen', () => {
  assert.equal(choose(['fr-FR', 'zh-Hans-CN', 'en']), 'zh-CN');
  assert.equal(choose(['en-GB', 'zh']), 'en-GB');
  assert.equal(choose(['en', 'de-DE', 'en-GB']), 'en-GB');
  assert.equal(choose(['fr']), 'en');
});

test('a failure is a sentence', () => {
  assert.equal(sentence({ code: 'forbidden', message: 'This user takes no messages.' }), 'This user takes no messages.');
  assert.equal(sentence({ code: 'forbidden', message: 'you are blocked' }), 'You are blocked.');
  assert.equal(sentence({ code: 'disconnected', message: 'disconnected' }), en['error.disconnected']);
  assert.equal(sentence({ code: 'strange', message: '' }), en['error.internal']);
});

test('where Chinese meets other letters or digits a space stands between them, and nowhere else', async () => {
  Object.assign(globalThis, { location: { search: '?lang=zh-CN' } });
  const { t, listed } = await import('../../../assets/js/client/language.js?chinese');
  assert.equal(t('card.open', { name: 'Harbour' }), '在 Harbour 中打开');
  assert.equal(t('card.open', { name: '港湾' }), '在港湾中打开');
  assert.equal(t('composer.placeholder', { name: 'Ünal' }), '发消息给 Ünal');
  assert.equal(t('block.ask', { name: 'Ben' }), '屏蔽 Ben？');
  assert.equal(t('provider.go', { name: '单位账号' }), '使用单位账号登录');
  assert.equal(t('card.late', { name: 'عمر', label: 'OK', time: '12:30' }), '\u2068عمر\u2069 已抢先处理：OK，12:30。', 'and what runs from right to left stands apart');
  assert.equal(listed(['你', 'עדי']), '你和 \u2068עדי\u2069');
  assert.equal(t('block.ask', { name: 'Ольга' }), '屏蔽 Ольга？');
  assert.equal(listed(['Anna', 'Ben', '王伟']), 'Anna、Ben 和王伟');
  for (const [word, said] of Object.entries(zh)) assert.doesNotMatch(typeof said === 'string' ? said : said.other, /\p{Script=Han}[\p{Script=Latin}\d]|[\p{Script=Latin}\d]\p{Script=Han}/u, word);
});

test('how large something is, is said in the reader’s units', () => {
  assert.deepEqual([extent(1), extent(999), extent(1400), extent(26_214_400)], ['1 byte', '999 bytes', '1 kB', '26.2 MB']);
});
