"""An application on a developer's laptop: believes what the public library for Standard Webhooks believes, and answers."""
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer
from standardwebhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(os.environ["SECRET"])


class Laptop(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            call = WEBHOOK.verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError:
            return self.send_error(401)
        self.send_response(200)
        self.end_headers()
        if call["type"] == "message.created":
            self.wfile.write(json.dumps({"text": "python: " + call["data"]["message"]["text"]}).encode())

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Laptop)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
