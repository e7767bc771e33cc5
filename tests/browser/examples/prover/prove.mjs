/** Asks parlour.mjs about callbacks: JSON lines in, a verdict for each out. Word: the path of parlour.mjs. */
import { createInterface } from 'node:readline';

const { Parlour, ParlourError } = await import(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  const { url, secret, headers, body, now } = JSON.parse(line);
  const parlour = new Parlour({ url: url ?? 'http://x', app: 'oa', key: 'pk_x', callbackSecret: secret });
  try {
    if (url) console.log(await parlour.ticket('x'));
    else console.log('good', parlour.verify(headers, Buffer.from(body), now).type);
  } catch (error) {
    if (!(error instanceof ParlourError)) throw error;
    console.log(error.code);
  }
}
