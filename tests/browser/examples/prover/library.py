"""What the public library of Standard Webhooks for Python says of callbacks: JSON lines in, a verdict for each out."""
import json
import sys
from datetime import datetime, timezone

from standardwebhooks.webhooks import Webhook

for line in sys.stdin:
    case = json.loads(line)
    library, headers = Webhook(case["secret"]), {name.lower(): value for name, value in case["headers"].items()}
    try:
        library.verify(case["body"], headers)
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), timezone.utc)
        same = library.sign(headers["webhook-id"], at, case["body"]) in headers["webhook-signature"].split(" ")
        print("good, signed the same" if same else "good")
    except Exception:  # it throws different ones
        print("forged")
