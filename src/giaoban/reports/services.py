"""The door of the room: what is done with reports (`reporting`) and joint figures (`agreeing`).

Every function commits as a whole or changes nothing, and raises `RefusedError` when the rules of the work say no. What leaves the
agency is issued as a dispatch inside the same transaction; the copies of the others are written by `border.py` when it arrives.
"""

from giaoban.reports.agreeing import (
    accept_equal,
    draft_joint_figures,
    object_to_figures,
    propose_joint_figures,
    settle_row,
    settle_rows,
    sign_off,
)
from giaoban.reports.reporting import open_report, return_report, revise_report, save_report, submit_report

__all__ = [
    "accept_equal",
    "draft_joint_figures",
    "object_to_figures",
    "open_report",
    "propose_joint_figures",
    "return_report",
    "revise_report",
    "save_report",
    "settle_row",
    "settle_rows",
    "sign_off",
    "submit_report",
]
