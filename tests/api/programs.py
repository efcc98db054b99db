"""Programs that act through the API, each with the token of one person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from giaoban.agencies.services import people
from giaoban.common import clock
from giaoban.common.access import Role

if TYPE_CHECKING:
    from giaoban.common.access import By


class Program:
    """A program with a token of one person. It knows nothing but addresses and JSON."""

    def __init__(self, by: By) -> None:
        self.by = by
        role = next(iter(by.roles))
        _row, token = people.issue_token(name="test", role=Role(role), days=30, by=by, now=clock.now())
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str, status: int = 200) -> Any:
        return self.send("GET", path, None, status)

    def post(self, path: str, body: object = None, status: int = 201) -> Any:
        return self.send("POST", path, body, status)

    def act(self, path: str, body: object = None) -> Any:
        """Post to what is there already."""
        return self.send("POST", path, body, 200)

    def put(self, path: str, body: object, status: int = 200) -> Any:
        return self.send("PUT", path, body, status)

    def patch(self, path: str, body: object, status: int = 200) -> Any:
        return self.send("PATCH", path, body, status)

    def files(self, path: str, files: dict[str, bytes], status: int = 200, **fields: object) -> Any:
        """Send files as a browser would, with fields beside them."""
        sent = [SimpleUploadedFile(name, content) for name, content in files.items()]
        answer = self.client.post(f"/api{path}", {"files": sent, **fields})
        assert answer.status_code == status, answer.content[:500]
        return answer.json()

    def drop(self, path: str, status: int) -> Any:
        """Delete what is there."""
        answer = self.client.delete(f"/api{path}")
        assert answer.status_code == status, answer.content[:500]
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """The status and code of a refusal, which always has the one shape."""
        answer = self._answer(method, path, body)
        said = answer.json()
        assert sorted(said) == ["code", "how", "what", "why"], answer.content[:500]
        assert said["what"]
        return answer.status_code, said["code"]

    def send(self, method: str, path: str, body: object, status: int) -> Any:
        answer = self._answer(method, path, body)
        assert answer.status_code == status, answer.content[:500]
        return answer.json()

    def _answer(self, method: str, path: str, body: object) -> Any:
        sent = "" if body is None else json.dumps(body)
        return self.client.generic(method, f"/api{path}", sent, content_type="application/json")
