import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { blocks, LANGUAGES, read, ROOT } from './language.js';

/** What the blocks of a page are marked as, and the application that they stand in. @type {Record<string, [string, string]>} */
const PAGES = { php: ['php', 'shop.php'], python: ['python', 'shop.py'], node: ['js', 'shop.mjs'], java: ['java', 'Shop.java'], csharp: ['csharp', 'Shop.cs'] };
/** A block may stand deeper in the application than on its page. @param {string} text */
const bare = (text) => text.split('\n').map((line) => line.trim()).join('\n').trim();

for (const [name, [mark, application]] of Object.entries(PAGES)) {
  test(`the code on the page for ${name} stands in the application that ${LANGUAGES.includes(name) ? 'is run here' : 'its README describes'}`, () => {
    const page = read(`docs/integrate/${name}.md`);
    const whole = bare(read(`examples/${name}/${application}`));
    const code = blocks(page, mark);
    assert.ok(code.length >= 5, `only ${code.length} blocks`);
    for (const block of code) assert.ok(whole.includes(bare(block)), `${name}: the application does not have\n${block}`);
    const [serve, start] = blocks(read(`examples/${name}/README.md`), 'sh');
    const [first, register] = blocks(page, 'sh');
    assert.equal(first, serve);
    assert.ok(start.startsWith(register), 'it is registered by the same words');
    for (const line of blocks(page, 'html')) assert.ok(/widget\.js" data-app="shop" data-user="mia" data-ticket="…"><\/script>\n$/.test(line), line);
  });
}

test('what a page of the guide or of an example leads to is there', () => {
  const pages = ['README.md', 'docs/integrate.md', 'docs/conventions.md', 'examples/roundup/README.md', ...readdirSync(`${ROOT}docs/integrate`).map((file) => `docs/integrate/${file}`), ...Object.keys(PAGES).map((name) => `examples/${name}/README.md`)];
  for (const page of pages) {
    for (const [, to] of read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const file = new URL(to, `file://${ROOT}${page}`).pathname;
      assert.ok(readdirSync(file.replace(/[^/]*\/?$/, '')).includes(file.split('/').filter(Boolean).at(-1)), `${page} leads to ${to}`);
    }
  }
});
