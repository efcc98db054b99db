"""Who may knock at which route of this room. What a person finds there, the queries decide; what they may do, the services."""

from __future__ import annotations

from giaoban.common.access import APPROVERS, CONTENT, DRAFTERS, OFFICERS, Row, allow

POLICY: dict[str, Row] = {
    "conferences:list": allow(CONTENT, methods="GET HEAD"),
    "conferences:propose": allow(OFFICERS),
    "conferences:detail": allow(CONTENT, methods="GET HEAD"),
    "conferences:plan": allow(OFFICERS),
    "conferences:invite": allow(APPROVERS),
    "conferences:cancel": allow(OFFICERS),
    "conferences:agenda": allow(CONTENT, methods="GET HEAD"),
    "conferences:dossier": allow(CONTENT, methods="GET HEAD"),
    "conferences:hold": allow(CONTENT, methods="GET HEAD"),
    "conferences:hall": allow(CONTENT, methods="GET HEAD"),
    "conferences:open": allow(OFFICERS, methods="POST"),
    "conferences:close": allow(OFFICERS, methods="POST"),
    "conferences:note": allow(DRAFTERS, methods="POST"),
    "conferences:roll": allow(CONTENT),
    "conferences:contribute": allow(DRAFTERS),
    "conferences:conclude": allow(CONTENT),
    "conferences:propose-conclusions": allow(APPROVERS, methods="POST"),
    "conferences:answer": allow(CONTENT),
    "conferences:issue": allow(APPROVERS, methods="POST"),
}
