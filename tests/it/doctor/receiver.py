"""An application's callback address, well or in one way badly made.

    receiver.py FAULT whsec_…

Prints its address. FAULT is one of: none, slow, secret, clock, page, redirect, silent, trusting, shape.
"""
import base64, hashlib, hmac, json, sys, time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULT, SECRET = sys.argv[1], sys.argv[2]
if FAULT == "secret":
    SECRET = "whsec_" + base64.b64encode(b"the secret of last year!").decode()
KEY = base64.b64decode(SECRET.removeprefix("whsec_"))
NOW = (lambda: time.time() - 600) if FAULT == "clock" else time.time


def is_true(headers, body):
    if FAULT == "trusting":
        return True
    stamp = headers.get("webhook-timestamp", "0")
    signed = f'{headers.get("webhook-id")}.{stamp}.'.encode() + body
    proof = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    fits = any(hmac.compare_digest(proof, given) for given in headers.get("webhook-signature", "").split())
    return fits and abs(NOW() - int(stamp)) < 300


def answer(call):
    if FAULT == "shape":
        return {"user.verify": {"user": "anna"}, "contacts.list": {"groups": {"sales": []}}, "message.created": {"text": ["12", "days"]}, "action.invoked": {"card": 7}}.get(call["type"], {})
    return {
        "user.verify": {"user": None},
        "contacts.list": {"groups": [{"id": "staff", "name": "Staff", "users": [{"id": "anna", "name": "Anna"}]}]},
        "message.created": {"text": "12 days"},
        "action.invoked": {"error": "this is a test"} if call.get("test") else {},
    }.get(call["type"], {})


class Receiver(BaseHTTPRequestHandler):
    is_first = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if FAULT == "silent":
            time.sleep(20)
        if FAULT == "slow" and Receiver.is_first:
            time.sleep(2.1)
        Receiver.is_first = False
        if FAULT == "redirect":
            return self.say(301, "text/html", "", ("Location", "https://oa.example/parlour/"))
        if not is_true(self.headers, body):
            return self.say(401, "text/plain", "wrong signature")
        if FAULT == "page":
            return self.say(200, "text/html", "<!doctype html>\n<title>Sign in</title>")
        self.say(200, "application/json", json.dumps(answer(json.loads(body))))

    def say(self, status, kind, text, *more):
        self.send_response_only(status)
        for name, value in [("Date", formatdate(NOW(), usegmt=True)), ("Content-Type", kind), ("Content-Length", str(len(text))), *more]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(f"http://127.0.0.1:{server.server_port}/parlour", flush=True)
server.serve_forever()
