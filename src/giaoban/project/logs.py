"""Structured logs: one JSON object a line on stderr; coloured lines where a person watches.

They hold names of events and routes, ids, codes and durations. They never hold texts of papers, names of files, form fields,
query strings or tokens (THREAT_MODEL T11): what is not in `FIELDS` is dropped, whatever a library adds.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

FIELDS = frozenset(
    {
        "event", "level", "logger", "timestamp", "exception", "route", "method", "status", "milliseconds", "agency",
        "kind", "digest", "uid", "register", "recipient", "reason", "attempt", "subject", "fault", "code", "count",
        "sender", "outcome", "state", "transport", "key_id", "job", "pid",
    }
)  # fmt: skip
log = structlog.stdlib.get_logger("giaoban.requests")


def keep_known_fields(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list."""
    return {key: value for key, value in event.items() if key in FIELDS or key.startswith("_")}


def bare_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and the places it came through; its message may quote what a person wrote."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        places = traceback.extract_tb(error.__traceback__)
        event["exception"] = " < ".join(
            [type(error).__name__, *(f"{place.name} ({place.filename}:{place.lineno})" for place in reversed(places))]
        )
    return event


def configuration(*, debug: bool) -> dict[str, Any]:
    """The LOGGING setting."""
    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if debug else bare_exception,
        keep_known_fields,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    person_watches = sys.stderr.isatty()
    shown: Any = (
        structlog.dev.ConsoleRenderer() if person_watches else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    quiet = {"handlers": ["stderr"], "level": "WARNING", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": before,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "INFO" if not debug else "DEBUG"},
        "loggers": {
            # Django's own lines carry addresses with their query strings; ours name the route instead.
            "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
            "django.server": quiet,
            "django.security": quiet,
            "django.db": quiet,
            "django.template": quiet,
            "django.utils": quiet,
            "axes": quiet,
            "asyncio": quiet,
            "uvicorn": quiet,
            "fontTools": quiet,
        },
    }


class RequestLogMiddleware:
    """One line a request: route, method, status, agency, milliseconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        response = self.get_response(request)
        match, by = request.resolver_match, getattr(request, "by", None)
        if log.isEnabledFor(logging.INFO):
            log.info(
                "request",
                route=match.view_name if match else "",
                method=request.method,
                status=response.status_code,
                agency=by.agency.code if by else "",
                milliseconds=round((time.monotonic() - started) * 1000, 1),
            )
        return response
