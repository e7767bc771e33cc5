"""An office application with a cookie sign-in of its own, which has never heard of a messenger: only its pages have the line of the widget."""

import http.cookies
import html
import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PEOPLE = {"anna": (7, "Anna Liu", "Sales"), "ben": (8, "Ben Okafor", None)}
SESSIONS = {}
SEEN = []


class Office(BaseHTTPRequestHandler):
    def who(self):
        jar = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        return SESSIONS.get(jar["office"].value) if "office" in jar else None

    def do_GET(self):
        where = urlsplit(self.path)
        who = self.who()
        if where.path == "/office/api/me":
            SEEN.append(self.headers.get("Cookie", ""))
            if who is None:
                return self.answer(302, "text/html", "", ("Location", "/office/login"))
            number, name, title = PEOPLE[who]
            return self.answer(200, "application/json", json.dumps({"account": {"no": number, "names": {"full": name}, "title": title}}))
        if where.path == "/office/login":
            token, asked = secrets.token_hex(16), parse_qs(where.query)
            SESSIONS[token] = asked["user"][0]
            shared = f"; Domain={asked['domain'][0]}" if "domain" in asked else ""
            return self.answer(200, "text/html", "welcome", ("Set-Cookie", f"office={token}; Path=/; HttpOnly; Secure; SameSite=Lax{shared}"))
        if where.path == "/office/logout":
            jar = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
            SESSIONS.pop(jar["office"].value, None)
            return self.answer(200, "text/html", "goodbye")
        if where.path == "/office/seen":
            return self.answer(200, "application/json", json.dumps(SEEN))
        # A second application of the same people, with the same cookie, has its pages beside the first's.
        app = "crm" if where.path.startswith("/office/crm") else "oa"
        # A page may say whom it was made for, and where the messenger is.
        user, parlour = (parse_qs(where.query).get(name, [""])[0] for name in ("for", "parlour"))
        script = f'<script src="{html.escape(parlour)}/widget.js" data-app="{app}" data-user="{html.escape(user)}"></script>'
        self.answer(200, "text/html", f"<!doctype html><title>Office</title><h1>{html.escape(str(who))}</h1>{script}")

    def answer(self, status, kind, text, *headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Office)
print(server.server_port, flush=True)
sys.stdout.flush()
server.serve_forever()
