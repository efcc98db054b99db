"""Thin views: `door` (sign-in), `account` (one's own), `directory` (agencies, localities), `people` (people, roles, tokens)."""

from __future__ import annotations

from giaoban.agencies.views.door import locked_out

__all__ = ["locked_out"]
