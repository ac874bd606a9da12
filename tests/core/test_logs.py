from __future__ import annotations

import json
import logging
import sys

import pytest

from core.logs import JsonFormatter, ServerFormatter, request_id


def line(message, *args, exc_info=None, **extra) -> dict:
    record = logging.makeLogRecord(
        {"name": "x", "levelname": "INFO", "levelno": 20, "msg": message, "args": args, "exc_info": exc_info} | extra
    )
    written = JsonFormatter().format(record)
    assert "\n" not in written
    assert "Oak Road" not in written
    return json.loads(written)


@pytest.mark.parametrize(
    ("message", "args", "shown"),
    [
        ("Forbidden: %s", ("/x?from=Oak Road",), "Forbidden: …"),
        ("%d of %s", (3, "Oak Road"), "3 of …"),
        ("%d", ("Oak Road",), "%d"),
        ("100 %", (), "100 %"),
        ("%(place)s", ({"place": "Oak Road"},), "%(place)s"),
        (ValueError("Oak Road"), (), "ValueError"),
    ],
)
def test_a_log_line_holds_the_words_of_the_source_and_numbers_only(message, args, shown):
    assert line(message, *args)["message"] == shown


@pytest.mark.parametrize("told", ["Exception while serving", "uncaptured python exception"])
def test_what_the_web_server_says_of_a_request_is_written_without_it(told):
    record = logging.makeLogRecord({"name": "waitress", "msg": f"{told}, closing /x?from=Oak Road 203.0.113.1"})
    assert json.loads(ServerFormatter().format(record))["message"] == told


def test_extras_are_written_beside_the_message():
    assert line("request", data={"status": 200, "odd": object()}) | {"time": ""} == {
        "time": "",
        "level": "INFO",
        "logger": "x",
        "message": "request",
        "status": 200,
        "odd": "object",
    }


def test_an_exception_is_told_by_class_and_place_and_not_by_its_text():
    def inner():
        raise KeyError("Oak Road")

    try:
        try:
            inner()
        except KeyError as error:
            raise ValueError("Oak Road") from error
    except ValueError:
        written = line("oh", exc_info=sys.exc_info())
    assert written["exception"] == ["ValueError", "KeyError"]
    assert written["at"][-1].startswith("tests/core/test_logs.py:")


def test_lines_of_one_request_carry_its_id():
    token = request_id.set("abc")
    try:
        assert line("a")["request_id"] == "abc"
    finally:
        request_id.reset(token)
    assert "request_id" not in line("a")
