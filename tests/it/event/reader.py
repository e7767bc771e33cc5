"""An application that no server can reach: reads its events as server-sent events, and answers the questions among them.

    reader.py http://127.0.0.1:8080 pk_… [last event id]

Nothing but the standard library. Prints one line of JSON for each event.
"""
import http.client, json, sys, urllib.parse

BASE, KEY = urllib.parse.urlsplit(sys.argv[1]), sys.argv[2]
LAST = sys.argv[3] if len(sys.argv) > 3 else ""


def events():
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "text/event-stream", **({"Last-Event-ID": LAST} if LAST else {})}
    connection = http.client.HTTPConnection(BASE.hostname, BASE.port)
    connection.request("GET", "/api/v1/events", headers=headers)
    response = connection.getresponse()
    if response.status != 200:
        sys.exit(f"{response.status} {response.read().decode()}")
    print(json.dumps({"type": response.headers["content-type"]}), flush=True)
    fields = {}
    while line := response.readline():
        line = line.decode().rstrip("\n")
        if not line and "data" in fields:
            yield fields
        if not line:
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")


def answer(number, text):
    request = http.client.HTTPConnection(BASE.hostname, BASE.port)
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request.request("POST", f"/api/v1/events/{number}", json.dumps({"text": text}), headers)
    return request.getresponse().status


for event in events():
    body = json.loads(event["data"])
    print(json.dumps({"id": event.get("id"), "event": event["event"], "body": body}), flush=True)
    if body.get("question"):
        answer(event["id"], "re: " + body["data"]["message"]["text"])
print(json.dumps({"end": True}), flush=True)
