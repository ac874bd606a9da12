"""Writes the log as one JSON object a line, without anything a person typed.

A line holds the message as the source has it, the caller's `data`, and the class and place of an exception. It leaves
out the text of exceptions and all arguments but numbers, because both repeat input.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from copy import copy
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")

LONGEST_TRACE = 12


class _Hidden:
    def __repr__(self) -> str:
        return "…"

    __str__ = __repr__


def _template(record: logging.LogRecord) -> str:
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if not isinstance(record.args, tuple) or not record.args:
        return record.msg
    try:
        return record.msg % tuple(arg if isinstance(arg, int | float) else _Hidden() for arg in record.args)
    except (TypeError, ValueError):
        return record.msg


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-LONGEST_TRACE:]
    # The last parts of a path name the module. The folders above it are of no use to anybody.
    return [f"{'/'.join(PurePath(frame.filename).parts[-3:])}:{frame.lineno}" for frame in frames]


def _classes(error: BaseException | None) -> list[str]:
    names: list[str] = []
    while error is not None and len(names) < LONGEST_TRACE:
        names.append(f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins."))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return names


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _template(record),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= getattr(record, "data", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = _classes(record.exc_info[1])
            line["at"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=True, default=lambda value: type(value).__name__)


class ServerFormatter(JsonFormatter):
    """Formats the web server's messages, and leaves out the address that was asked for and the visitor's."""

    REDACTED_PREFIXES = ("Exception while serving", "uncaptured python exception")

    def format(self, record: logging.LogRecord) -> str:
        for words in self.REDACTED_PREFIXES:
            if isinstance(record.msg, str) and record.msg.startswith(words):
                record = copy(record)
                record.msg, record.args = words, None
        return super().format(record)
