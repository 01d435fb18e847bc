"""Logs: one JSON object a line, with codes, ids and figures, and never what somebody said.

A line keeps the keys of an allow-list, and of their values only what looks like a code, an id or
a number: no free text can pass, whatever a caller hands over. Of an exception its type and place
stay, never its message, for that may quote the data it failed on.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any, TextIO, cast

import orjson
import structlog

KEPT = frozenset(
    "time level event logger service mode production version port status method route code kind "
    "reason rule view type topic partition offset position group key fact root subject case cause alert "
    "call rung generation agency area channel attempt count seq epoch duration_ms lag_ms late_ms "
    "error at place trace role right mention other_mention last result".split()
)
"""The keys that a line may have. ``fact``, ``root``, ``subject``, ``mention`` and their like are opaque ids;
``key`` is a typed, opaque key; ``route`` is a path's template, never the path."""

_EVENT = re.compile(r"[a-z][a-z0-9 ._-]{0,79}")
_NOT_WORDS = re.compile(r"%(\(\w+\))?[-#0 +.\d]*[a-z]|[^a-z ]")
_VALUE = re.compile(r"[A-Za-z0-9_.:/{}<>*+-]{1,160}")

Event = MutableMapping[str, Any]


def keep_allowed(_logger: object, _method: str, event: Event) -> Event:
    """The processor that everything passes: what is not on the allow-list is dropped."""
    kept = {key: _kept(value) for key, value in event.items() if key in KEPT and value is not None}
    name = event.get("event")
    kept["event"] = name if isinstance(name, str) and _EVENT.fullmatch(name) else "unnamed"
    return kept


def _kept(value: object) -> object:
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if _VALUE.fullmatch(text) else "-"


def name_fault(_logger: object, _method: str, event: Event) -> Event:
    """Puts an exception's type and place in the place of the exception."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event.update(fault_of(error))
    return event


def fault_of(error: BaseException) -> dict[str, str]:
    """The type of an exception (``error``) and where it was raised (``at``), for a line of a log."""
    kind = type(error)
    return {"error": f"{kind.__module__}.{kind.__qualname__}", "at": _place(error.__traceback__)}


def _place(trace: TracebackType | None) -> str:
    if trace is None:
        return "nowhere"
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return f"{'/'.join(code.co_filename.rsplit('/', 3)[1:])}:{trace.tb_lineno}"


class _Bridge(logging.Handler):
    """Hands the lines of the standard library's loggers to structlog: who spoke, how grave, which
    fault, and the constant words of the message; never what was put into it."""

    def emit(self, record: logging.LogRecord) -> None:
        line = {"logger": record.name, "at": f"{record.module}:{record.lineno}"}
        error = record.msg if isinstance(record.msg, BaseException) else (record.exc_info or (None, None))[1]
        if error is not None:
            line |= fault_of(error)
        structlog.get_logger().log(record.levelno, _words(record), **line)


def _words(record: logging.LogRecord) -> str:
    if not record.args:  # the text may have been put together before it came here
        return "library"
    words = _NOT_WORDS.sub(" ", str(record.msg).lower())
    return " ".join(words.split())[:80].strip() or "library"


class _Output:
    """Where lines go. One that cannot be written, on a full disk for instance, is dropped: it may not
    end the work that it speaks of."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._to.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._to.flush()


def configure(level: str = "INFO", to: TextIO | None = None) -> None:
    """Make this process log as Goldthread logs: ours from ``level`` up, libraries from warnings up.

    Start uvicorn with ``log_config=None, access_log=False``: the line of each request is written
    by ``chassis.http.app``, without query strings.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            name_fault,
            keep_allowed,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Output(to or sys.stderr))),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge(level=logging.WARNING)]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True


def _dumps(event: Mapping[str, Any], **_: object) -> str:
    return orjson.dumps(dict(event)).decode()


def logger(service: str | None = None) -> structlog.typing.FilteringBoundLogger:
    """The logger of a service, or of the process where there is none."""
    bound = structlog.get_logger()
    return cast("structlog.typing.FilteringBoundLogger", bound.bind(service=service) if service else bound)
