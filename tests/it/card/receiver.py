"""An application in another language: standard library only. Prints its port, then each question that it was asked."""
import base64, hashlib, hmac, json, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, SECRET = int(sys.argv[1]), sys.argv[2]


def is_signed(headers, body):
    """As the Standard Webhooks specification says it: HMAC-SHA256 over id.timestamp.body."""
    number, when = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = hmac.new(key, f"{number}.{when}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(signed).decode()
    fresh = abs(time.time() - int(when)) < 300
    return fresh and any(hmac.compare_digest(expected, given) for given in headers.get("webhook-signature", "").split())


def answer(question):
    data = question["data"]
    if question["type"] != "action.invoked":
        return {}
    card = data["message"]["card"]
    if data["action"] == "approve":
        return {"card": {"title": card["title"], "text": "Approved.", "fields": card["fields"]}}
    if data["action"] == "fail":
        return {"error": "Not today.", "card": {"title": ""}}  # a refusal, whatever is wrong beside it
    if data["action"] == "silly":
        return {"card": {"title": ""}}
    return {"text": "Noted: " + data.get("input", "nothing")}


class Office(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        good = is_signed(self.headers, body)
        question = json.loads(body)
        print(json.dumps({"good": good, "id": self.headers["webhook-id"], **question}), flush=True)
        said = json.dumps(answer(question)).encode()
        self.send_response(200 if good else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", PORT), Office)
print(server.server_port, flush=True)
server.serve_forever()
