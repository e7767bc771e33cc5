"""An application that lists its people, as many do, and knows nothing of Parlour.

    office.py FOLDER

Prints its address, and then a line for each request: path, what came along as Authorization and If-None-Match, and what it answered.
What stands in a file of the folder is answered under its name, with an ETag, to whoever brings the right word. /moved, /page, /slow and
/broken answer as their names say.
"""
import hashlib, pathlib, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOLDER = pathlib.Path(sys.argv[1])
KINDS = {".json": "application/json", ".csv": "text/csv"}


class Office(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path.strip("/")
        self.asked = f'{name} {self.headers.get("Authorization")} {self.headers.get("If-None-Match")}'
        if name == "moved":
            return self.say(302, "text/plain", b"", ("Location", "/people.json"))
        if name == "page":
            return self.say(200, "text/html; charset=utf-8", b"<!doctype html><title>Sign in</title>")
        if name == "slow":
            print(self.asked, "…", flush=True)
            time.sleep(600)
        file = FOLDER / name
        if name == "broken" or not file.is_file():
            return self.say(500, "text/plain", b"oops")
        if self.headers.get("Authorization") != "Bearer open sesame":
            return self.say(401, "text/plain", b"")
        body = file.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
        if self.headers.get("If-None-Match") == etag:
            return self.say(304, None, b"")
        self.say(200, KINDS[file.suffix], body, ("ETag", etag))

    def say(self, status, kind, body, *more):
        self.send_response_only(status)
        for header, value in [("Content-Type", kind), ("Content-Length", str(len(body))), *more]:
            if value is not None and not (status == 304 and header == "Content-Length"):
                self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)
        print(self.asked, status, flush=True)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Office)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
