"""`python -m bench.desk`: the desk's list with 10,000 enquiries, as an officer and as the safeguarding lead see it.

The whole request on the server, through every middleware, in one process; the median of several. Exit status 1 when a
page takes more than 10 queries or, unless `--short`, 200 ms.
"""

import argparse
import json
import statistics
import sys
import time

import django

from bench.site import DATABASES
from tests.faults.sites import trial_site
from tests.faults.table import Table

QUERIES, SECONDS = 10, 0.2
ROUNDS = 9
ROLES = {"officer": "Enquiries officer", "lead": "Safeguarding lead"}
#: What a member of staff asks of the list.
ASKED = {"first page": "", "second page": "?p=2", "by reference": "?q=AB3-DE5-FG"}


def measure() -> dict[str, tuple[int, float]]:
    """Queries and seconds of each page, on the database of the environment."""
    django.setup()
    from django.contrib.auth.models import Group, User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    address = reverse("admin:enquiries_enquiry_changelist")
    found = {}
    for person, role in ROLES.items():
        user = User.objects.create_user(person, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(user)
        for name, query in ASKED.items():
            seconds = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                response = client.get(address + query)
                seconds.append(time.perf_counter() - began)
                assert response.status_code == 200, f"{address}{query} answered {response.status_code}"
            with CaptureQueriesContext(connection) as queries:
                client.get(address + query)
            found[f"{person}, {name}"] = len(queries), statistics.median(seconds)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="fewer enquiries, and judge no times")
    parser.add_argument("--number", type=int, help="of enquiries")
    parser.add_argument("--here", action="store_true", help="print the figures of this environment's database as JSON")
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure()))
        return 0
    number = options.number or (100 if options.short else 10_000)
    is_met = True
    for database in DATABASES:
        table = Table(f"Desk list with {number:,} enquiries, {database}", options.short)
        with trial_site(database) as site:
            site.run("-m", "bench.enquiries", str(number), LOG_LEVEL="ERROR")
            found = json.loads(site.run("-m", "bench.desk", "--here", LOG_LEVEL="ERROR"))
        for name, (queries, seconds) in found.items():
            table.row(f"{name}: queries", f"<= {QUERIES}", queries, is_met=queries <= QUERIES)
            table.at_most(f"{name}: server time", seconds, SECONDS)
        table.show()
        is_met &= table.is_met
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
