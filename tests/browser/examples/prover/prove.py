"""Asks parlour.py about callbacks: JSON lines in, a verdict for each out. Word: the folder of parlour.py."""
import json
import sys

sys.path.insert(0, sys.argv[1])
from parlour import Parlour, ParlourError  # noqa: E402

for line in sys.stdin:
    case = json.loads(line)
    try:
        call = Parlour("http://x", "oa", "", case["secret"]).verify(case["headers"], case["body"].encode(), case.get("now"))
        print("good", call.type)
    except ParlourError as error:
        print(error.code)
