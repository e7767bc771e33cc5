"""A shop with two people, who find each other and the shop in the messenger on its page. Start: python3 shop.py"""

import html
import json
import os
import secrets
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from parlour import Parlour, ParlourError, plain

# --- What any application has: people with passwords, and who is signed in ---------------------------------------------

PEOPLE = {"mia": ("Mia Park", "tea"), "tom": ("Tom Weber", "coffee")}
SIGNED_IN = {}  # session -> person


def is_right(who, password):
    return who in PEOPLE and secrets.compare_digest(PEOPLE[who][1].encode(), password.encode())


# --- What Parlour needs of it ------------------------------------------------------------------------------------------

with open(os.environ.get("SECRETS", "shop.json")) as file:  # as `parlour app register … --json` printed it
    shown_once = json.load(file)
parlour = Parlour(os.environ.get("PARLOUR", "http://127.0.0.1:8080"), shown_once["id"], shown_once["key"],
                  shown_once["callback_secret"], shown_once["token_secret"])


def verify(call):  # somebody signs in at Parlour's own page, with the shop's password
    who = call.data["username"]
    if not is_right(who, call.data["password"]):
        return {"user": None}
    return {"user": {"id": who, "name": PEOPLE[who][0]}}


def contacts(call):  # whom does call.data["user"] know? Here: everybody
    return {"groups": [{"id": "staff", "name": "Staff", "users": [{"id": who, "name": name} for who, (name, _) in PEOPLE.items()]}]}


def answer(call):  # somebody wrote to the shop itself
    if not call.question:  # or, if you ask to be told, to somebody else
        return None
    message = call.data["message"]
    return {"text": f'The shop has read: {message["text"]}'}


ANSWERS = {"user.verify": verify, "contacts.list": contacts, "message.created": answer}


# --- Its pages ---------------------------------------------------------------------------------------------------------

DOOR = """<!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title><h1>Shop</h1>
<form method="post" action="/login"><input name="who" placeholder="mia" required> <input name="password" type="password" placeholder="tea" required> <button>Sign in</button></form>"""

PAGE = """<!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title><h1>Hello, {name}</h1>
<form method="post" action="/tell"><input type="hidden" name="once" value="{once}">
  Tell <input name="to" placeholder="tom"> <input name="text" placeholder="The tea has come"> <button>Tell</button></form>
<form method="post" action="/logout"><button onclick="window.Parlour?.stop()">Sign out</button></form>
{widget}"""


def widget(who):
    try:
        ticket = parlour.ticket(who, name=PEOPLE[who][0])
    except ParlourError:  # while Parlour is away, the page comes without it
        return ""
    return f'<script src="{parlour.url}/widget.js" data-app="{parlour.app}" data-user="{html.escape(who)}" data-ticket="{ticket}"></script>'


class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        who = self.who()
        if self.path == "/token":  # for pages and programs that ask again when a token has expired
            return self.respond(200, parlour.token(who, name=PEOPLE[who][0]), "text/plain") if who else self.respond(401, "")
        if not who:
            return self.respond(200, DOOR)
        name = PEOPLE[who][0]
        self.respond(200, PAGE.format(name=html.escape(name), once=secrets.token_urlsafe(), widget=widget(who)))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/parlour":  # a callback: answered only when it is signed
            status, text = parlour.answer(self.headers, body, ANSWERS)
            return self.respond(status, text, "application/json")
        form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        if self.path == "/login":
            if not is_right(form.get("who", ""), form.get("password", "")):
                return self.respond(401, DOOR)
            session = secrets.token_urlsafe()
            SIGNED_IN[session] = form["who"]
            return self.back(f"session={session}; HttpOnly; SameSite=Lax; Path=/")
        if self.path == "/tell" and self.who():
            try:  # a double click sends once, because the page has the key
                parlour.send(f'user:{form.get("to", "")}', f'{plain(PEOPLE[self.who()][0])} says: {plain(form["text"])}' if form["text"] else "",
                             idempotency_key=form["once"], topic=f"told/{self.who()}")
            except ParlourError as error:
                return self.respond(502, f"{error.code} {error.field}: {error}", "text/plain")
            return self.back()
        if self.path == "/logout":
            SIGNED_IN.pop(self.session(), None)
            return self.back()
        self.respond(404, "")

    def session(self):
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("session")
        return cookie.value if cookie else None

    def who(self):
        return SIGNED_IN.get(self.session())

    def respond(self, status, text, kind="text/html; charset=utf-8"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def back(self, cookie=None):
        self.send_response(303)
        self.send_header("Location", "/")
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 9000))), Shop)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
