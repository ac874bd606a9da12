"""A second process of the site: it has a memory of its own and answers from it.

It reads lines of JSON, `{"at": moment, "paths": [...]}`, and writes a line for each: `[[status, body, Location], ...]`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from tests.running_site import ROOT

Answer = tuple[int, str, str]


def read_page(path: str) -> Answer:
    """What a reader who has no cookie is given at this address."""
    from django.test import Client

    response = Client(raise_request_exception=False).get(path)
    return response.status_code, response.content.decode(), response.get("Location", "")


class SecondProcess:
    """`with SecondProcess(environment) as second: second.read(at, paths)`."""

    def __init__(self, environment: dict[str, str]):
        self.environment = environment

    def __enter__(self) -> Self:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.properties.reader"],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.child.stdin.close()
        self.child.wait(20)
        self.child.stdout.close()

    def read(self, at: datetime, paths: Iterable[str]) -> list[Answer]:
        self.child.stdin.write(json.dumps({"at": at.isoformat(), "paths": list(paths)}) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        assert line, f"The second process ended with status {self.child.wait(5)}."
        return [(status, body, location) for status, body, location in json.loads(line)]


def main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    # The log goes to standard output, which here carries the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    import django

    django.setup()
    from django.utils import timezone

    from tests.properties.clock import Clock

    with Clock(timezone.now()) as clock:
        for line in sys.stdin:
            asked = json.loads(line)
            clock.at = datetime.fromisoformat(asked["at"])
            answers.write(json.dumps([read_page(path) for path in asked["paths"]]) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
