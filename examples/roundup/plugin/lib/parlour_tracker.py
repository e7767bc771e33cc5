"""What a Roundup tracker and Parlour say to each other. Needs parlour.py beside it, and in the tracker's folder parlour.json, which
`parlour app register … --json` printed. A user's id at Parlour is the number of the tracker's user, so that one may be renamed."""

import html
import json
import logging
import os
import re
import threading

from parlour import Parlour, ParlourError

log = logging.getLogger("parlour")


def parlour_of(home):
    with open(os.path.join(home, "parlour.json")) as file:
        shown_once = json.load(file)
    return Parlour(os.environ.get("PARLOUR", "http://127.0.0.1:8080"), shown_once["id"], shown_once["key"], shown_once["callback_secret"])


def person(db, id):
    user = db.user.getnode(id)
    return {"id": id, "name": user.realname or user.username}


def is_person(db, id):
    return db.user.get(id, "username") != "anonymous" and not db.user.is_retired(id)


# --- Pages: the widget for whoever is signed in ------------------------------------------------------------------------

def widget(request):
    db = request.client.db
    id = db.getuid()
    if not is_person(db, id):
        return ""
    parlour = parlour_of(db.config.TRACKER_HOME)
    try:
        ticket = parlour.ticket(id, name=person(db, id)["name"])
    except ParlourError as error:  # the tracker goes on without
        log.warning("no ticket: %s", error)
        return ""
    if request.client.classname == "issue" and request.client.nodeid:  # what was said of this issue is no news any more
        later(db, seen, id, request.client.nodeid)
    return (f'<script src="{html.escape(parlour.url)}/widget.js" nonce="{request.client.client_nonce}" '
            f'data-app="{parlour.app}" data-user="{html.escape(id)}" data-ticket="{ticket}"></script>')


# --- Changes: a message to those whom an issue concerns, not to who changed it -----------------------------------------

def issue_changed(db, cl, id, before):
    issue, by = cl.getnode(id), db.getuid()
    whom = {one for one in [*issue.nosy, issue.assignedto] if one and one != by and is_person(db, one)}
    title = f"[issue{id}: {plain(issue.title)}]({db.config.TRACKER_WEB}issue{id})"
    news = changes(db, issue, before)
    if whom and news:
        text = f"{title}\n\n{plain(person(db, by)['name'])}: {', '.join(news)}"
        later(db, tell, [person(db, one) for one in whom], text, id)


def changes(db, issue, before):
    news = [] if before else ["new"]
    if issue.assignedto and (not before or before.get("assignedto", issue.assignedto) != issue.assignedto):
        news.append(f"assigned to {plain(person(db, issue.assignedto)['name'])}")
    if before and issue.status and before.get("status", issue.status) != issue.status:
        news.append(f"now {plain(db.status.get(issue.status, 'name'))}")
    for message in set(issue.messages) - set((before or {}).get("messages", issue.messages if before else [])):
        news.append(f"“{plain(db.msg.get(message, 'content')[:300])}”")
    return news


def tell(parlour, people, text, issue):
    for one in people:  # some may not have been at Parlour yet
        parlour.request("PUT", f"/users/{one['id']}", {"name": one["name"]})
    parlour.send([f"user:{one['id']}" for one in people], text, topic=f"issue/{issue}")


def seen(parlour, user, issue):
    try:
        parlour.request("POST", f"/topics/issue%2F{issue}/read", {"user": user})
    except ParlourError as error:
        if error.code != "not_found":  # nothing was ever said of it
            raise


def user_retired(db, cl, id, before):
    later(db, suspend, id, True)


def user_restored(db, cl, id, before):
    later(db, suspend, id, False)


def suspend(parlour, id, on):
    parlour.request("PATCH", f"/users/{id}", {"suspended": on})


def later(db, work, *given):
    """Does it beside the page, which waits for nothing."""
    def run():
        try:
            work(parlour, *given)
        except ParlourError as error:
            log.warning("Parlour was not told: %s", error)

    parlour = parlour_of(db.config.TRACKER_HOME)
    threading.Thread(target=run).start()


def plain(text):
    """As Markdown that shows just this text, on one line."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~:])", r"\\\1", " ".join(text.split()))


# --- Questions: the answers to callbacks -------------------------------------------------------------------------------

def answers(tracker):
    def opened(work):
        def answer(call):
            db = tracker.open("admin")
            try:
                return work(db, call.data)
            finally:
                db.close()
        return answer

    return {"user.verify": opened(verify), "contacts.list": opened(contacts), "message.created": opened(asked)}


def verify(db, data):
    try:
        id = db.user.lookup(data["username"])
    except KeyError:
        return {"user": None}
    password = db.user.get(id, "password")
    right = is_person(db, id) and password is not None and password == data["password"]
    return {"user": person(db, id) if right else None}


def contacts(db, data):
    people = [person(db, id) for id in db.user.list() if is_person(db, id)]
    return {"groups": [{"id": "tracker", "name": db.config.TRACKER_NAME, "users": people}]}


def asked(db, data):
    """Somebody wrote to the tracker: a number asks for that issue, anything else for all that are assigned to the writer."""
    id = data["message"]["from"].removeprefix("user:")
    number = re.search(r"\d+", data["message"]["text"])
    if number:
        found = [number[0]] if db.issue.hasnode(number[0]) and not db.issue.is_retired(number[0]) else []
    else:
        found = [one for one in db.issue.find(assignedto=id) if not is_done(db, one)][:20]
    seen = [one for one in found if db.security.hasPermission("View", id, "issue", itemid=one)]
    return {"text": "\n".join(line(db, one) for one in seen) or "There is no such issue."}


def is_done(db, id):
    status = db.issue.get(id, "status")
    return status is not None and db.status.get(status, "name") in ("resolved", "done-cbb")


def line(db, id):
    issue = db.issue.getnode(id)
    status = db.status.get(issue.status, "name") if issue.status else "no status"
    whose = f", {plain(person(db, issue.assignedto)['name'])}" if issue.assignedto else ""
    return f"- [issue{id}: {plain(issue.title)}]({db.config.TRACKER_WEB}issue{id}): {plain(status)}{whose}"
