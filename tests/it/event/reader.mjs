// The same in Node, with nothing but fetch: reads server-sent events, answers questions, prints a line for each event.
//     node reader.mjs http://127.0.0.1:8080 pk_… [last event id]
const [base, key, last] = process.argv.slice(2);
const headers = { authorization: `Bearer ${key}` };

async function answer(id, text) {
  const body = JSON.stringify({ text });
  return fetch(`${base}/api/v1/events/${id}`, { method: "POST", body, headers: { ...headers, "content-type": "application/json" } });
}

const wanted = { ...headers, accept: "text/event-stream", ...(last ? { "last-event-id": last } : {}) };
const response = await fetch(`${base}/api/v1/events`, { headers: wanted });
console.log(JSON.stringify({ type: response.headers.get("content-type"), status: response.status }));
let rest = "";
for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
  const blocks = (rest + text).split("\n\n");
  rest = blocks.pop();
  for (const block of blocks) {
    const fields = Object.fromEntries(block.split("\n").map((line) => [line.split(":")[0], line.slice(line.indexOf(":") + 1).trim()]));
    if (!fields.data) continue;
    const body = JSON.parse(fields.data);
    console.log(JSON.stringify({ id: fields.id, event: fields.event, body }));
    if (body.question) await answer(fields.id, `re: ${body.data.message.text}`);
  }
}
console.log(JSON.stringify({ end: true }));
