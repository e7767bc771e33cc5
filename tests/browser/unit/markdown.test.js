import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Markdown, preview } from '../../../assets/js/client/markdown.js';

const TAGS = new Set(['div', 'p', 'hr', 'br', 'pre', 'code', 'blockquote', 'strong', 'em', 'del', 'a', 'ol', 'ul', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'span']);
const ATTRIBUTES = new Set(['class', 'dir', 'tabindex', 'href', 'title', 'target', 'rel', 'start', 'children']);

/** Every element that would be made, and the text in between. */
function walk(node, elements = [], texts = []) {
  if (Array.isArray(node)) for (const one of node) walk(one, elements, texts);
  else if (typeof node === 'string' || typeof node === 'number') texts.push(String(node));
  else if (node?.type) {
    elements.push(node);
    walk(node.props.children, elements, texts);
  }
  return { elements, text: texts.join('') };
}
const draw = (text, names) => walk(Markdown({ message: { text }, names }));
const links = (text) => draw(text).elements.filter(({ type }) => type === 'a').map(({ props }) => props.href);

test('what people write is drawn', () => {
  const tags = (text) => draw(text).elements.map(({ type }) => type).slice(1);
  assert.deepEqual(tags('a **b** _c_ ~~d~~ `e`'), ['p', 'strong', 'em', 'del', 'code']);
  assert.deepEqual(tags('one\ntwo'), ['p', 'br']);
  assert.deepEqual(tags('- a\n- b'), ['ul', 'li', 'li']);
  assert.deepEqual(tags('```\nx < y\n```'), ['pre', 'code']);
  assert.equal(draw('```\nx < y && z\n```').text, 'x < y && z');
  assert.deepEqual(tags('# Big'), ['p']);
});

test('raw HTML is text', () => {
  for (const text of ['<script>alert(1)</script>', 'a <b onclick="x()">b</b>', '<img src=x onerror=alert(1)>', '<!-- x -->', '<style>*{}</style>', '<iframe src="//x">']) {
    const drawn = draw(text);
    assert.ok(drawn.elements.every(({ type }) => type === 'div' || type === 'p'), text);
    assert.equal(drawn.text, text);
  }
});

test('links go to the web or to a mailbox, in a window of their own', () => {
  assert.deepEqual(links('https://a.example [b](http://b.example) <mailto:c@d.example> e@f.example'), ['https://a.example/', 'http://b.example/', 'mailto:c@d.example', 'mailto:e@f.example']);
  const [link] = draw('https://a.example').elements.filter(({ type }) => type === 'a');
  assert.equal(link.props.rel, 'noopener noreferrer');
  assert.equal(link.props.target, '_blank');
});

test('other addresses stay text', () => {
  for (const text of ['[x](javascript:alert(1))', '[x](JaVaScRiPt:alert(1))', '[x](java\nscript:alert(1))', '[x](data:text/html,hi)', '[x](vbscript:x)', '[x](/relative)', '[x](//host)', '[x](&#106;avascript:alert(1))', '[x](\u0001javascript:alert(1))', '[x](file:///etc/passwd)', '[x](blob:https://x)', '<javascript:alert(1)>']) {
    assert.deepEqual(links(text), [], text);
  }
});

test('a picture is a link to it', () => {
  assert.deepEqual(links('![cat](https://a.example/cat.png)'), ['https://a.example/cat.png']);
  assert.deepEqual(links('![cat](javascript:alert(1))'), []);
  assert.ok(!draw('![cat](https://a.example/cat.png)').elements.some(({ type }) => type === 'img'));
});

test('those who are mentioned stand out, others do not', () => {
  const { elements, text } = draw('@Anna Liu and @Ann and @Bob', ['Anna Liu', 'Ann']);
  assert.deepEqual(elements.filter(({ props }) => props.class === 'mention').map(({ props }) => props.children), ['@Anna Liu', '@Ann']);
  assert.equal(text, '@Anna Liu and @Ann and @Bob');
});

test('whatever is written, only known elements and attributes are made, in reasonable time', () => {
  const parts = ['<a href=x onclick=y>', '</a>', '[x](', ')', '![', '](javascript:x)', '**', '_', '`', '```\n', '\n', '> ', '- ', '1. ', '| a | b |\n|---|---|\n', '<!--', '-->', '&lt;', '\\', 'https://x.example', '<svg/onload=x>', '# ', '~~', 'word ', '\u202e', '😀', '\u0000'];
  let seed = 42;
  const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  for (let round = 0; round < 1500; round++) {
    const text = Array.from({ length: 1 + Math.floor(random() * 30) }, () => parts[Math.floor(random() * parts.length)]).join('');
    for (const { type, props } of draw(text).elements) {
      assert.ok(TAGS.has(type), `${type} from ${JSON.stringify(text)}`);
      for (const name of Object.keys(props)) assert.ok(ATTRIBUTES.has(name), `${name} from ${JSON.stringify(text)}`);
      if (props.href) assert.match(props.href, /^(https?|mailto):/);
    }
  }
});

test('text that is made to be slow is not', () => {
  const size = 16 * 1024;
  const fill = (part) => part.repeat(Math.ceil(size / part.length)).slice(0, size);
  for (const part of ['>', '> ', '[', '![', '[a](', '*a ', '**a*', '_a_', 'a_', '`', '`a``b', '<', '<a ', '<!--', '- ', '~', '~~a', '&', 'http://', 'www.', 'a@', '\n', '\\', '1. ', '#', '*_', '|', '- > ', '[a]: b\n', ' ', '\t', '* * ']) {
    const begun = process.cpuUsage(); // its own work: the machine may have other work too
    draw(fill(part));
    const took = process.cpuUsage(begun).user / 1000;
    assert.ok(took < 2000, `${JSON.stringify(part)} took ${took} ms`);
  }
});

test('a preview is one line of plain words', () => {
  assert.equal(preview({ text: '# Hi\n\n- **a**\n- b\n\n> c `d`' }), 'Hi a b c d');
  assert.equal(preview({ text: '# Hi\nthere\n```\ncode\n```\n- a\n\n  b\n\n1. c\n\nd' }), 'Hi there code a b c d');
  assert.equal(preview({ text: '[x](javascript:alert(1)) <b>y</b>' }), 'x <b>y</b>');
});
