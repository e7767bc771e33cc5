"""The tracker as a WSGI application, with one more address, /parlour, for Parlour's callbacks. Start: python serve.py, or give
`serve:application` to any WSGI server."""

import os
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

HOME = os.path.abspath(os.environ.get("TRACKER", "tracker"))
sys.path.insert(1, os.path.join(HOME, "lib"))

import roundup.instance  # noqa: E402
from parlour_tracker import answers, parlour_of  # noqa: E402
from roundup.cgi.wsgi_handler import RequestDispatcher  # noqa: E402

tracker_pages = RequestDispatcher(HOME)
parlour, parlour_answers = parlour_of(HOME), answers(roundup.instance.open(HOME))


def application(environ, start_response):
    if environ["PATH_INFO"] != "/parlour":
        return tracker_pages(environ, start_response)
    headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    status, text = parlour.answer(headers, body, parlour_answers)
    start_response(f"{status} {'OK' if status == 200 else 'Refused'}", [("Content-Type", "application/json")])
    return [text.encode()]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


if __name__ == "__main__":
    make_server("127.0.0.1", int(os.environ.get("PORT", 9000)), application, Server).serve_forever()
