"""Parlour for Python applications: one file to copy, nothing to install. Python 3.9 or newer.

    parlour = Parlour("https://im.example", "oa", key="pk_…", callback_secret="whsec_…", token_secret="…")

    parlour.ticket("anna", name="Anna Liu")      # lets her in once, within 60 seconds: put it into her page
    parlour.token("anna", name="Anna Liu")       # the same without a call, for an hour
    parlour.send("user:anna", "Request 118 is approved", idempotency_key="118-approved")
    status, answer = parlour.answer(headers, body, {"contacts.list": contacts})   # at the callback address

SPDX-License-Identifier: Apache-2.0
"""

import base64
import hashlib
import hmac
import json
import re
import time
import urllib.error
import urllib.request
from typing import Any, Callable, Mapping, NamedTuple, Optional, Union
from urllib.parse import quote

TOLERANCE = 300  # seconds that a callback may be old, or ahead of this clock
TIMEOUT = 10     # seconds that a request may take
PAGE = 3         # the same, where somebody waits for a page


class ParlourError(Exception):
    """What was refused, or did not work. `str(error)` is one plain sentence."""

    def __init__(self, code: str, sentence: str, status: int = 0, field: Optional[str] = None,
                 temporary: bool = False, retry_after: Optional[int] = None):
        super().__init__(sentence)
        self.code = code                # as the interface names it; "unreachable" and "forged" are this file's own
        self.status = status            # of HTTP; 0 where there was no answer
        self.field = field              # which part of what was sent is meant
        self.temporary = temporary      # the same may work later
        self.retry_after = retry_after  # seconds


class Call(NamedTuple):
    """A callback whose signature was right."""

    id: str     # the same when it is repeated
    type: str   # "contacts.list"
    data: dict
    question: bool  # it is answered; else it is a fact that you are told
    test: bool  # somebody tries the interface: change nothing


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None  # the key goes nowhere else


class Parlour:
    def __init__(self, url: str, app: str, key: str, callback_secret: str = "", token_secret: str = ""):
        self.url, self.app, self._key = url.rstrip("/"), app, key
        self._callback_secret, self._token_secret = callback_secret, token_secret
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ticket(self, user: str, **profile: str) -> str:
        """A ticket for one of your users, who is created or brought up to date: `name`, `email`, `title`, `avatar`."""
        return self.request("POST", f"/users/{quote(user, safe='')}/tickets", profile, timeout=PAGE)["ticket"]

    def token(self, user: str, seconds: int = 3600, **profile: str) -> str:
        """A signed token (JWT, HS256) for one of your users, good for at most a day: `name`, `email`."""
        now = int(time.time())
        claims = {**profile, "sub": user, "aud": self.app, "iat": now, "exp": now + seconds}
        signed = f'{_encode({"alg": "HS256", "typ": "JWT"})}.{_encode(claims)}'
        proof = hmac.new(self._token_secret.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_base64url(proof)}"

    def send(self, to: Union[str, list], text: str, idempotency_key: Optional[str] = None, **more: Any) -> dict:
        """Sends to "user:anna", "group:sales", "everyone", "conversation:7" or a list of them. What returns is kept.
        The same idempotency key again, within 24 hours, sends nothing new. `more`: `topic`, `card` and what else a message has.
        Of a list, who could not get it has an `error` in `messages`; one party that could not is a ParlourError."""
        sent = self.request("POST", "/messages", {**more, "to": to, "text": text}, idempotency_key)
        copies = sent.get("messages") or []
        if isinstance(to, str) and len(copies) == 1 and "error" in copies[0]:
            raise ParlourError(copies[0]["error"]["code"], copies[0]["error"]["message"], field="to")
        return sent

    def request(self, method: str, path: str, body: Optional[dict] = None, idempotency_key: Optional[str] = None, timeout: float = TIMEOUT) -> Any:
        """Any other call of the interface, below /api/v1."""
        headers = {"Authorization": f"Bearer {self._key}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with self._opener.open(request, timeout=timeout) as response:
                status, answer = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, error.read()) from None
        except OSError as error:
            raise ParlourError("unreachable", f"Parlour does not answer: {error}", temporary=True) from error
        try:
            return json.loads(answer) if answer else None
        except ValueError:
            raise _refusal(status, answer) from None

    def verify(self, headers: Mapping[str, str], body: bytes, now: Optional[float] = None) -> Call:
        """Checks a callback as Standard Webhooks says. `body` is what came, byte by byte; `now` is for tests."""
        given = {name.lower(): value for name, value in headers.items()}
        id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
        age = (time.time() if now is None else now) - int(timestamp) if re.fullmatch("[0-9]{1,12}", timestamp) else None
        if not id or age is None or abs(age) > TOLERANCE:
            raise ParlourError("forged", "This callback is not signed, or its time is not now.", 401)
        secret = base64.b64decode(self._callback_secret.removeprefix("whsec_"), validate=True)
        if not secret:
            raise ValueError("there is no callback secret")
        proof = base64.b64encode(hmac.new(secret, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest())
        good = False
        for signature in given.get("webhook-signature", "").split(" "):  # several while a secret is rotated
            version, _, value = signature.partition(",")
            good |= version == "v1" and hmac.compare_digest(value.encode(), proof)
        if not good:
            raise ParlourError("forged", "The signature of this callback is not right.", 401)
        call = json.loads(body)
        return Call(id, call["type"], call.get("data") or {}, bool(call.get("question")), bool(call.get("test")))

    def answer(self, headers: Mapping[str, str], body: bytes, answers: Mapping[str, Callable[[Call], Optional[dict]]]) -> "tuple[int, str]":
        """Verifies a callback and answers it by its type: "user.verify", "contacts.list", "message.created", "action.invoked" and
        the facts. Gives the status and the JSON to respond with. What nothing stands for is accepted and forgotten."""
        try:
            call = self.verify(headers, body)
        except ParlourError as error:
            return error.status, json.dumps({"error": str(error)})
        work = answers.get(call.type)
        return 200, json.dumps((work(call) if work else None) or {})


def plain(text: str) -> str:
    """What people typed, as it is, for a message: Markdown in it stays text, and it stays on its line."""
    return re.sub(r"[!-/:-@\[-`{-~]", r"\\\g<0>", " ".join(text.split()))


def _refusal(status: int, answer: bytes) -> ParlourError:
    try:
        problem = json.loads(answer)
        return ParlourError(problem["code"], problem["detail"], status, problem.get("field"),
                            bool(problem.get("temporary")), problem.get("retry_after"))
    except (ValueError, KeyError, TypeError):
        return ParlourError("unreachable", f"Something that is not Parlour answered {status}.", status, temporary=status >= 500)


def _encode(value: dict) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
