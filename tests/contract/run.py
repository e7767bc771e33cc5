"""The REST interface against its own document: Schemathesis makes requests of all kinds out of it, good and bad, and judges the
answers. Here the server is started and gets people, conversations and cards; what is asked and judged stands in schemathesis.toml.

    python run.py target/debug/parlour
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PEOPLE = ["anna", "ben", "carol", "刘 洋/#1"]
SERVE = ["serve", "--listen", "127.0.0.1:0", "--rest-rate", "0", "--application-rate", "0"]


class House:
    """A server in a folder of its own."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.log = open(os.path.join(folder, "log"), "w+")
        self.process = subprocess.Popen([binary, "--data", self.data, *SERVE], stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        registered = subprocess.run([binary, "--data", self.data, "app", "register", "oa", "--name", "Office", "--json"], check=True, capture_output=True)
        self.key = json.loads(registered.stdout)["key"]

    @property
    def data(self):
        return os.path.join(self.folder, "data")

    def call(self, method, path, body):
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v1{path}", json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def file(self, name):
        headers = {"authorization": f"Bearer {self.key}", "content-type": "multipart/form-data; boundary=edge"}
        part = f'--edge\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n\r\nhello\r\n--edge--\r\n'
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/api/v1/files", part.encode(), headers)) as answer:
            return json.load(answer)["file"]["id"]

    def furnish(self):
        """What calls can be about; answers the numbers of it."""
        self.call("PUT", "/users", {"users": [{"id": person, "name": person.title()} for person in PEOPLE]})
        self.call("PUT", "/groups/staff", {"name": "Staff", "users": PEOPLE})
        room = self.call("POST", "/conversations", {"title": "Lunch", "users": PEOPLE})["conversation"]["id"]
        card = {"title": "Leave", "actions": [{"id": "approve", "label": "Approve"}, {"id": "reject", "label": "Reject", "input": "Why"}]}
        drafts = [{"to": f"user:{person}", "text": "hello", "topic": "leave-118"} for person in PEOPLE]
        drafts += [{"to": f"user:{person}", "card": card} for person in PEOPLE]
        drafts += [{"to": f"conversation:{room}", "text": "lunch?"}, {"from": "user:anna", "to": "application", "text": "balance?"}]
        files = [self.file(f"{number}.txt") for number in range(3)]
        drafts += [{"to": "user:anna", "attachments": files}]
        sent = [self.call("POST", "/messages", draft) for draft in drafts]
        copies = [copy for answer in sent for copy in answer["messages"]]
        return {
            "files": files,
            "messages": [copy["id"] for copy in copies],
            "batches": [answer["batch"] for answer in sent],
            "conversations": sorted({copy["conversation"] for copy in copies}),
        }

    def stop(self):
        """What it complained of."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.log.seek(0)
        wrong = [line for line in self.log if "ERROR" in line or "panicked" in line]
        return wrong + ([f"the server ended with {code}"] if code else [])


def main(binary, *more):
    with tempfile.TemporaryDirectory(prefix="parlour-contract-") as folder:
        house = House(os.path.abspath(binary), folder)
        try:
            ids = json.dumps(house.furnish())
            program = os.path.join(os.path.dirname(sys.executable), "schemathesis")
            words = [program, "--config-file", os.path.join(HERE, "schemathesis.toml"), "run", f"{house.url}/api/v1/openapi.json", *more]
            env = {**os.environ, "PARLOUR_KEY": house.key, "PARLOUR_IDS": ids, "PYTHONPATH": HERE, "PYTHONDONTWRITEBYTECODE": "1"}
            done = subprocess.run(words, cwd=folder, env=env)
        finally:
            complaints = house.stop()
        for line in complaints:
            print(line.rstrip())
        return done.returncode or bool(complaints)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
