/** The languages of the examples: what they are started with, as their READMEs say, and what proves their verification. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const ROOT = new URL('../../../', import.meta.url).pathname;
/** Where what is not of the project is kept. */
export const KEPT = `${process.env.CARGO_TARGET_DIR ?? `${ROOT}target`}/examples`;
export const PYTHON = `${KEPT}/python/bin/python`;

/** C# is not here: its runtime is not in Debian, and its page says that it is not run. */
export const LANGUAGES = ['php', 'python', 'node', 'java'];

/** @param {string} path of the project */
export const read = (path) => readFileSync(`${ROOT}${path}`, 'utf8');

/** Blocks of code of a document. @param {string} text @param {string} language */
export const blocks = (text, language) => [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((found) => found[1]);

/** Programs that read cases (JSON lines: secret, headers, body, now) and print a line for each: "good <type>", or the code. @type {Record<string, () => Promise<string[]>>} */
export const PROVERS = {
  php: async () => ['php', `${ROOT}tests/browser/examples/prover/prove.php`, `${ROOT}examples/php/Parlour.php`],
  python: async () => ['python3', `${ROOT}tests/browser/examples/prover/prove.py`, `${ROOT}examples/python`],
  node: async () => ['node', `${ROOT}tests/browser/examples/prover/prove.mjs`, `${ROOT}examples/node/parlour.mjs`],
  java: async () => {
    const classes = `${KEPT}/java`;
    await run('javac', ['-Xlint:all', '-Werror', '-d', classes, `${ROOT}examples/java/Parlour.java`, `${ROOT}tests/browser/examples/prover/Prove.java`]);
    return ['java', '-cp', classes, 'Prove'];
  },
};

/** What a prover says. @param {string[]} command @param {object[]} cases @returns {Promise<string[]>} */
export async function prove([program, ...words], cases) {
  const asked = run(program, words, { env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
  asked.child.stdin.end(cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return (await asked).stdout.trimEnd().split('\n');
}
