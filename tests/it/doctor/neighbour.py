"""Addresses of an application that knows nothing of Parlour: who somebody is, by the cookie, and who else is there.

    neighbour.py MODE [CERTIFICATE KEY]

Prints its address. MODE is one of: good, everybody (a stranger is somebody too). With a certificate it speaks https.
"""
import json, ssl, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODE, FILES = sys.argv[1], sys.argv[2:]


class Neighbour(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/people":
            return self.say(200, [{"id": 7, "name": "Anna"}])
        if MODE == "everybody" or "session=anna" in self.headers.get("Cookie", ""):
            return self.say(200, {"user": {"id": 7, "name": "Anna"}})
        self.say(401, {})

    def say(self, status, value):
        body = json.dumps(value).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Neighbour)
if FILES:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*FILES)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(f"http{'s' if FILES else ''}://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
