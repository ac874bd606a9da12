"""`python -m bench.pages`: what each kind of page costs the process that answers it, as JSON.

For the database of the environment, after `bench.fill`. Milliseconds of processor time are medians, of three cases:

- kept: the page was asked for before;
- first: the page is asked for the first time, by a process that has answered others since the last change;
- cold: it is the first page of all after a change.
"""

import json
import statistics
import sys
import time
from io import BytesIO

import django

PAGES = {
    "home": "/",
    "list": "/news/",
    "page 500": "/news/?page=500",
    "topic": "/topics/online-safety/",
    "article": "/news/story-3/",
    "resource": "/resources/before-the-first-visit/",
    "campaign": "/campaigns/respect4socialwork/",
    "filtered list": "/news/?kind=news&topic=online-safety",
}
ROUNDS = 31


def main() -> None:
    django.setup()
    from django.core.cache import cache
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from core import content

    application = get_wsgi_application()

    def ask(path: str) -> tuple[int, float]:
        """Status, and milliseconds of processor time."""
        statuses = []
        path, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": BytesIO(),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
        }
        began = time.process_time()
        answer = application(environ, lambda status, headers: statuses.append(int(status[:3])))
        b"".join(answer)
        spent = (time.process_time() - began) * 1000
        answer.close()
        return statuses[0], spent

    def forget_pages() -> None:
        cache.clear()

    def forget_everything() -> None:
        cache.clear()
        content.forget()

    found: dict[str, dict] = {}
    for name, path in PAGES.items():
        status, _spent = ask(path)
        if status != 200:
            continue
        found[name] = {}
        for case, forget in (("kept", None), ("first", forget_pages), ("cold", forget_everything)):
            costs = []
            for _round in range(ROUNDS):
                if forget:
                    forget()
                costs.append(ask(path)[1])
            if forget:
                forget()
            # Django counts queries only for one that watches.
            with CaptureQueriesContext(connection) as queries:
                ask(path)
            found[name][case] = {"ms": round(statistics.median(costs), 3), "queries": len(queries)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
