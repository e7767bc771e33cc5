// The same in Node.
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.SECRET);

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (text) => (body += text));
  request.on('end', () => {
    try {
      const call = webhook.verify(body, request.headers);
      response.end(call.type === 'message.created' ? JSON.stringify({ text: `node: ${call.data.message.text}` }) : '');
    } catch {
      response.writeHead(401).end();
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
