"""Who may use the routes of the API. Roles of single acts are checked by the services, as everywhere."""

from __future__ import annotations

from giaoban.common.access import CONTENT, EVERYBODY_INSIDE, PUBLIC, Row, allow

READ = "GET HEAD"

POLICY: dict[str, Row] = {
    "api:openapi-json": PUBLIC,
    "api:api-root": PUBLIC,
    "api:me": allow(EVERYBODY_INSIDE, methods=READ),
    "api:coordinations": allow(CONTENT, methods=READ),
    "api:coordination": allow(CONTENT, methods=READ),
    "api:reports": allow(CONTENT, methods=READ),
    "api:report": allow(CONTENT, methods=READ),
    "api:figures": allow(CONTENT, methods=READ),
    "api:conferences": allow(CONTENT, methods=READ),
    "api:conference": allow(CONTENT, methods=READ),
    "api:tasks": allow(CONTENT, methods=READ),
    "api:task": allow(CONTENT, methods=READ),
    "api:task-progress": allow(CONTENT, methods="POST"),
    "api:dispatch": allow(CONTENT, methods=READ),
    "api:dispatch-file": allow(CONTENT, methods=READ),
    "api:register": allow(CONTENT, methods=READ),
    "api:past-records": allow(CONTENT, methods="GET HEAD POST"),
    "api:past-record": allow(CONTENT, methods=READ),
}
