"""An identity provider, well or in one way badly set up.

    provider.py FAULT

Prints its issuer. FAULT is one of: none, slash, page, moved, poor, keys, clock, secret, back, flow.
"""
import base64, json, sys, time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

FAULT = sys.argv[1]
NOW = (lambda: time.time() - 600) if FAULT == "clock" else time.time
KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "one", "use": "sig", "alg": "EdDSA"}
CLIENT = "Basic " + base64.b64encode(b"im:" + (b"the old secret" if FAULT == "secret" else b"the+secret")).decode()


def document(issuer):
    all = {
        "issuer": issuer + ("/" if FAULT == "slash" else ""),
        "authorization_endpoint": issuer + "/go",
        "token_endpoint": issuer + "/token",
        "jwks_uri": issuer + "/keys",
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email"],
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    }
    if FAULT == "poor":
        all |= {"code_challenge_methods_supported": ["plain"], "scopes_supported": ["openid", "profile"]}
        del all["token_endpoint"]
    return all


class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        where = urlsplit(self.path)
        if FAULT == "page":
            return self.say(200, "text/html", "<!doctype html>\n<title>Sign in</title>")
        if FAULT == "moved":
            return self.say(404, "text/plain", "not found")
        if where.path == "/.well-known/openid-configuration":
            return self.json(200, document(f"http://{self.headers['Host']}"))
        if where.path == "/keys":
            return self.json(200, {"keys": [{**KEY, "use": "enc"} if FAULT == "keys" else KEY]})
        asked = {name: said[0] for name, said in parse_qs(where.query).items()}
        if FAULT == "back" or not asked["redirect_uri"].endswith("/sign-in/oa") or asked["client_id"] != "im":
            return self.say(400, "text/html", "<h1>Invalid parameter: redirect_uri</h1>")
        assert asked["prompt"] == "none" and asked["code_challenge_method"] == "S256", asked
        error = "unauthorized_client" if FAULT == "flow" else "login_required"
        self.say(302, "text/html", "", ("Location", f"{asked['redirect_uri']}?error={error}&state={quote(asked['state'])}"))

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert "code=parlour-doctor" in form and "code_verifier=" in form, form
        given = self.headers["Authorization"]
        if given == CLIENT:
            return self.json(400, {"error": "invalid_grant"})
        # Some say again all that they were sent: that is shown to nobody.
        self.json(401, {"error": "invalid_client", "error_description": f"{given} {form}"})

    def json(self, status, said):
        self.say(status, "application/json", json.dumps(said))

    def say(self, status, kind, text, *more):
        self.send_response_only(status)
        for name, value in [("Date", formatdate(NOW(), usegmt=True)), ("Content-Type", kind), ("Content-Length", str(len(text))), *more]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
