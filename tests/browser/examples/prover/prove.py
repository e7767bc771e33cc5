"""Asks parlour.py about callbacks: JSON lines in, a verdict for each out. Word: the folder of parlour.py."""
import json
import sys

sys.path.insert(0, sys.argv[1])
from parlour import Parlour, ParlourError  # noqa: E402

for line in sys.stdin:
    case = json.loads(line)
    try:
        parlour = Parlour(case.get("url", "http://x"), "oa", "", case.get("secret", ""))
        if "url" in case:
            print(parlour.ticket("x"))
            continue
        call = parlour.verify(case["headers"], case["body"].encode(), case.get("now"))
        print("good", call.type)
    except ParlourError as error:
        print(error.code)
