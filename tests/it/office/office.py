"""A small office application. It has people and contacts, sends messages, and keeps its own account of what became of each.

Nothing but the standard library, and nothing of Parlour's own files. It prints the port at which it can be called. Then each line of
standard input is something to do: its name and, as JSON, what it takes; a line of JSON on standard output says that it is done.
Whatever is not as this application has it in its own books ends it.
"""
import base64, csv, hashlib, hmac, http.client, io, json, sys, threading, time
from urllib.parse import quote
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 20  # seconds until what is told has to be there
registered = {}  # the address of Parlour, and what registering printed


# --- what an application calls ---------------------------------------------------------------------------------------

def call(method, path, body=None, kind="application/json", **headers):
    """The status and the answer: parsed, or the lines of an export."""
    connection = http.client.HTTPConnection(registered["address"], timeout=PATIENCE)
    content = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    given = {"Authorization": f"Bearer {registered['key']}", "Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request(method, "/api/v1" + path, content, given)
    response = connection.getresponse()
    answer, kind = response.read().decode(), response.headers.get("content-type", "")
    if kind == "application/x-ndjson":
        return response.status, [json.loads(line) for line in answer.splitlines()]
    return response.status, json.loads(answer) if answer else None


def get(path):
    status, answer = call("GET", path)
    assert status == 200, (path, status, answer)
    return answer


def pages(path):
    """All items of a list, two at a time, and what stands on its first page."""
    first, items, after = None, [], ""
    while after is not None:
        page = get(f"{path}?limit=2" + (f"&after={quote(after)}" if after else ""))
        first, after = first or page, page["next"]
        items += page["items"]
    return first, items


def quoted(id):
    return quote(id, safe="")


def same(what, ours, theirs):
    assert ours == theirs, f"{what}\n  ours:   {ours}\n  theirs: {theirs}"


# --- what an application is told --------------------------------------------------------------------------------------

facts, lock = [], threading.Lock()


def is_signed(headers, body):
    """Standard Webhooks: HMAC-SHA256 over id.timestamp.body."""
    number, when = headers["webhook-id"], headers["webhook-timestamp"]
    secret = base64.b64decode(registered["secret"].removeprefix("whsec_"))
    expected = b"v1," + base64.b64encode(hmac.new(secret, f"{number}.{when}.".encode() + body, hashlib.sha256).digest())
    return abs(time.time() - int(when)) < 300 and any(hmac.compare_digest(expected, one.encode()) for one in headers["webhook-signature"].split())


class Address(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        good = is_signed(self.headers, body)
        if good:
            with lock:
                facts.append(json.loads(body))
        said = json.dumps({"text": "Noted."} if good else {}).encode()
        self.send_response(200 if good else 401)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


# --- its books ---------------------------------------------------------------------------------------------------------

people = {}  # id -> what a user has
sent = {}    # name -> {"batch", "copies": {user: (conversation, id)}, "waiting": [user], "settled": {user: state that is the last}}
seen = set()  # (name, user): opened the page of the object


def state(name, user):
    """How far a copy came, by nothing but what this application did and was told."""
    entry = sent[name]
    if user in entry["settled"]:
        return entry["settled"][user]
    if user in entry["waiting"]:
        return "waiting"
    conversation, id = entry["copies"][user]
    end = min((fact["data"]["at"] for fact in facts if fact["type"] == "message.expired" and fact["data"]["batch"] == entry["batch"]), default=None)
    told = {fact["type"] for fact in facts if concerns(fact, entry, user, conversation, id) and (end is None or fact["data"]["at"] <= end)}
    if told & {"message.claimed", "action.invoked"}:
        return "acted"
    if "message.read" in told or (name, user) in seen:
        return "read"
    if end:
        return "expired"
    return "received" if "message.received" in told else "stored"


def concerns(fact, entry, user, conversation, id):
    data = fact["data"]
    if data.get("user") != user:
        return False
    if fact["type"] in ("message.read", "message.received"):
        return data["conversation"] == conversation and data["upto"] >= id
    if fact["type"] == "message.claimed":
        return data["batch"] == entry["batch"]
    return fact["type"] == "action.invoked" and data["message"]["id"] == id


def settle(name):
    """It is withdrawn: whoever has read it has, and nobody else will."""
    for user in recipients(name):
        known = state(name, user)
        sent[name]["settled"][user] = known if known in ("acted", "read", "failed", "suppressed") else "withdrawn"


def recipients(name):
    return sorted(sent[name]["copies"].keys() | sent[name]["settled"].keys() | set(sent[name]["waiting"]))


# --- what it does --------------------------------------------------------------------------------------------------------

def whole_list(users):
    """Its list of people replaces Parlour's; what will change is known beforehand, and is what then changes."""
    wanted = {one["id"]: one for one in users}
    plan = {"created": len(wanted.keys() - people.keys()), "suspended": len(people.keys() - wanted.keys())}
    plan["changed"] = sum(1 for id in wanted.keys() & people.keys() if wanted[id] != people[id])
    plan["unchanged"] = len(wanted.keys() & people.keys()) - plan["changed"]
    before = get("/export/users")
    for tried in ("?dry_run=true", ""):
        status, told = call("PUT", "/users" + tried, {"users": users})
        assert status == 200, told
        same("the difference" + tried, plan, {name: told[name] for name in plan})
        same("who is missing", sorted(people.keys() - wanted.keys()), sorted(told["gone"]))
        if tried:
            same("after a dry run", before, get("/export/users"))
    people.update(wanted)
    exported = {one["id"]: one for one in get("/export/users")}
    same("the export", sorted(people), sorted(exported))
    for id, one in people.items():
        same(id, (one["name"], one.get("email"), id not in wanted), tuple(exported[id][name] for name in ("name", "email", "suspended")))
        single = get(f"/users/{quoted(id)}")["user"]
        same("one by one", exported[id], {name: single[name] for name in exported[id]})


def table(rows, bad):
    """A table as a Chinese spreadsheet program writes it: nothing is taken as long as one row is wrong, and each wrong row is named."""
    def written(rows):
        text = io.StringIO()
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([["工号", "姓名", "邮箱"], *rows])
        return text.getvalue().encode("gb18030")
    before = get("/export/users")
    status, told = call("POST", "/users/import", written(rows + bad), "text/csv")
    first = len(rows) + 2  # behind the heading, counted from 1
    same("the bad rows", (422, [first + place for place in range(len(bad))]), (status, [row["row"] for row in told["rows"]]))
    same("nothing is half done", before, get("/export/users"))
    status, told = call("POST", "/users/import", written(rows), "text/csv")
    same("the table", (200, len(rows), "gb18030"), (status, told["created"], told["encoding"]))
    people.update({id: {"id": id, "name": name, **({"email": email} if email else {})} for id, name, email in rows})
    same("the export", {id: one["name"] for id, one in people.items()}, {one["id"]: one["name"] for one in get("/export/users")})


def contacts(user, groups):
    """Somebody's contacts: the difference is said beforehand, and what was given comes out again."""
    count = len({one for group in groups for one in group["users"]})
    for tried in ("?dry_run=true", ""):
        status, told = call("PUT", f"/users/{quoted(user)}/contacts{tried}", {"groups": groups})
        same("the difference" + tried, (200, count, 0), (status, told["difference"]["added"], told["difference"]["removed"]))
    whole = sorted(({"parent": None, **group} for group in groups), key=lambda group: group["id"])
    same("the list", whole, get(f"/users/{quoted(user)}/contacts")["groups"])
    same("the export", [{"user": user, "own": True, "groups": whole}], [one for one in get("/export/contacts") if one["user"] == user])


def group(id, name, users):
    status, told = call("PUT", f"/groups/{quoted(id)}", {"name": name, "users": users})
    same("the group", (201, users), (status, told["group"]["users"]))


def send(name, to, replaces=(), missed={}, **message):
    """Sends, and once more with the same key, as after a broken connection: it is one message."""
    if "in" in message:
        message["expires_at"] = moment(message.pop("in"))
    if "later" in message:
        message["send_at"] = moment(message.pop("later"))
    body = {"to": to, **message}
    status, told = call("POST", "/messages", body, Idempotency_Key=quoted(name))
    same("again", (202, told), call("POST", "/messages", body, Idempotency_Key=quoted(name)))
    same("another body under the same key", 409, call("POST", "/messages", {**body, "text": "something else"}, Idempotency_Key=quoted(name))[0])
    assert status == 202, told
    for earlier in replaces:
        settle(earlier)
    waiting = [one.removeprefix("user:") for one in to] if "send_at" in message else []
    sent[name] = {"batch": told["batch"], "copies": {}, "waiting": waiting, "settled": dict(missed)}
    deadline = time.monotonic() + PATIENCE
    while not sent[name]["waiting"] and get(f"/batches/{told['batch']}")["batch"]["open"]:
        assert time.monotonic() < deadline, "the batch is not written"
        time.sleep(0.02)
    for line in pages(f"/batches/{told['batch']}/delivery")[1]:
        if line["id"] is not None:
            sent[name]["copies"][line["user"]] = (line["conversation"], line["id"])
    return {"batch": told["batch"], "copies": {user: id for user, (_, id) in sent[name]["copies"].items()}}


def moment(seconds):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def withdraw(name):
    same("withdrawing", 202, call("DELETE", f"/batches/{sent[name]['batch']}")[0])
    settle(name)


def page_seen(name, user, topic, read):
    """Somebody opens the page of the object: that many messages about it count as read."""
    same("read on the page", (200, {"read": read}), call("POST", f"/topics/{quoted(topic)}/read", {"user": user}))
    seen.add((name, user))


def agree(**last):
    """Parlour's ledger is what this application has in its books, line by line and counted, once all that was told has come. `last`
    has what somebody who looks on knows of a message."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with lock:
                ours = {name: {user: state(name, user) for user in recipients(name)} for name in sent}
            same("the ledger", ours, {name: delivered(name) for name in sent})
            same("what happened", last, {name: ours[name] for name in last})
            return
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def delivered(name):
    first, lines = pages(f"/batches/{sent[name]['batch']}/delivery")
    counts = {state: count for state, count in first["counts"].items() if count}
    found = {line["to"].removeprefix("user:"): line["state"] for line in lines}
    same("the counts are the lines", {state: list(found.values()).count(state) for state in found.values()}, counts)
    for line in lines:
        times = [line[name] for name in ("stored_at", "received_at", "read_at") if line[name]]
        same("one after the other", sorted(times), times)
        if line["id"] is not None:
            single = get(f"/messages/{line['id']}")["delivery"]
            same("the line of the message", [line["state"]], [one["state"] for one in single if one["to"] == line["to"]])
    return found


def erase(user):
    """Nothing of a person is left anywhere, and what others got of it stays readable."""
    written = [one for one in get("/export/messages") if one["from"] == f"user:{user}"]
    same("erasing", 204, call("DELETE", f"/users/{quoted(user)}")[0])
    one = people.pop(user)
    for kind in ("users", "groups", "contacts", "conversations", "messages"):
        lines = get(f"/export/{kind}")
        for trace in (user, one["name"], one.get("email")):
            assert not trace or json.dumps(trace)[1:-1] not in json.dumps(lines), (kind, trace, lines)
    after = {one["id"]: one for one in get("/export/messages")}
    for message in written:
        kept = after[message["id"]]
        same("what they wrote", message["text"], kept["text"])
        assert kept["from"].startswith("user:erased:"), kept
    return len(written)


def open_office(address, key, secret):
    registered.update(address=address, key=key, secret=secret)


DEEDS = {deed.__name__: deed for deed in (open_office, whole_list, table, contacts, group, send, withdraw, page_seen, agree, erase)}
address = ThreadingHTTPServer(("127.0.0.1", 0), Address)
threading.Thread(target=address.serve_forever, daemon=True).start()
print(address.server_port, flush=True)
for line in sys.stdin:
    name, _, given = line.partition(" ")
    print(json.dumps(DEEDS[name](**json.loads(given))), flush=True)
