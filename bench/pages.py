"""`python -m bench.pages`: what each kind of page costs the process that answers it, as JSON.

For the database of the environment, after `bench.fill`. Milliseconds of processor time are medians, of three cases:

- kept: the page was asked for before;
- first: the page is asked for the first time, by a process that has answered others since the last change;
- cold: it is the first page of all after a change.
"""

import json
import statistics
import time

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
    from django.test import RequestFactory
    from django.test.utils import CaptureQueriesContext

    from core import content

    application = get_wsgi_application()
    browser = RequestFactory(headers={"host": "127.0.0.1", "accept-encoding": "gzip"})

    def ask(path: str) -> tuple[int, float]:
        """Status, and milliseconds of processor time."""
        statuses = []
        environ = browser.get(path).environ
        began = time.process_time()
        answer = application(environ, lambda status, headers: statuses.append(int(status[:3])))
        b"".join(answer)
        spent = (time.process_time() - began) * 1000
        answer.close()
        return statuses[0], spent

    def forget(case: str) -> None:
        if case != "kept":
            cache.clear()
        if case == "cold":
            content.forget()

    found: dict[str, dict] = {}
    for name, path in PAGES.items():
        if ask(path)[0] != 200:
            continue
        found[name] = {}
        for case in ("kept", "first", "cold"):
            costs = []
            for _round in range(ROUNDS):
                forget(case)
                costs.append(ask(path)[1])
            forget(case)
            # Django counts queries only for one that watches.
            with CaptureQueriesContext(connection) as queries:
                ask(path)
            found[name][case] = {"ms": round(statistics.median(costs), 3), "queries": len(queries)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
