"""Period reports of each agency, the joint figures made of them, and the sign-off by every party (M3).

`Report` is one version of one agency's report on a period; `JointFigures` is one version of the table A, B, joint, agreed;
`SignOff` is one party's signature under the digest of a table, or its objection. All are island rows.

Kinds of dispatch: `report.submitted`, `report.returned`, `figures.proposed`, `figures.signed_off`, `figures.objected`.
Start with `models.py`, then the acts (`reporting.py`, `agreeing.py`, behind the door `services.py`) and `border.py`; other rooms use
`queries.py` and `papers.py`.
"""
