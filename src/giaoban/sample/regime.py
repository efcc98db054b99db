"""Who coordinates with whom in the invented province and district."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from giaoban.agencies.enums import Level
from giaoban.agencies.models import Locality
from giaoban.regulations import services
from giaoban.regulations.enums import Cadence, PartyRole
from giaoban.regulations.models import Regulation
from giaoban.regulations.samples import load_sample_regime
from giaoban.sample.directory import FOUNDED, LAST_DISTRICT_DAY

if TYPE_CHECKING:
    from giaoban.regulations.models import Coordination
    from giaoban.sample.build import Stage

DECREE_77, DECREE_03 = "77/2010/NĐ-CP", "03/2019/NĐ-CP"
PROVINCE_SINCE = date(2019, 10, 21)


def build(stage: Stage) -> dict[str, Coordination]:
    """The regime and three coordinations: the province's, the civil-defence one, and the district's of former days."""
    load_sample_regime(stage.now)
    regulations = {regulation.number: regulation for regulation in Regulation.objects.all()}
    civil_defence = next(regulation for regulation in regulations.values() if regulation.is_sample)
    return {
        "province": _coordination(
            stage,
            "Phối hợp Công an – Quân sự – Biên phòng tỉnh Trường Khê",
            regulations[DECREE_03],
            Level.PROVINCE,
            "M01",
            since=PROVINCE_SINCE,
            parties=[
                ("M.CAT", PartyRole.PARTY, True),
                ("M.BCHQS", PartyRole.PARTY, True),
                ("M.BDBP", PartyRole.PARTY, False),
                ("M.UBND", PartyRole.SUPERVISING, False),
            ],
        ),
        "civil_defence": _coordination(
            stage,
            "Phối hợp phòng thủ dân sự tỉnh Trường Khê",
            civil_defence,
            Level.PROVINCE,
            "M01",
            since=civil_defence.in_force_from or PROVINCE_SINCE,
            cadence=Cadence.HALF,
            parties=[
                ("M.UBND", PartyRole.PARTY, True),
                ("M.BCHQS", PartyRole.PARTY, True),
                ("M.CAT", PartyRole.PARTY, False),
                ("M.SNNMT", PartyRole.PARTY, False),
                ("M.SYT", PartyRole.PARTY, False),
                ("M.XKT", PartyRole.INVITED, False),
            ],
        ),
        "district": _coordination(
            stage,
            "Phối hợp Công an – Quân sự huyện Khê Thượng",
            regulations[DECREE_77],
            Level.DISTRICT,
            "M0101",
            since=FOUNDED,
            until=LAST_DISTRICT_DAY,
            parties=[
                ("M.CAH", PartyRole.PARTY, True),
                ("M.BCHH", PartyRole.PARTY, True),
                ("M.TD", PartyRole.INVITED, False),
            ],
        ),
    }


def _coordination(
    stage: Stage,
    name: str,
    regulation: Regulation,
    level: Level,
    place: str,
    *,
    since: date,
    parties: list[tuple[str, PartyRole, bool]],
    until: date | None = None,
    cadence: Cadence = Cadence.QUARTER,
) -> Coordination:
    administrator = stage.people["quantri"]
    coordination = services.save_coordination(
        None,
        facts={
            "name": name,
            "regulation": regulation,
            "level": level,
            "parent": None,
            "cadence": cadence,
            "scheme": "calendar",
            "report_due_days": 5,
            "conference_offset_days": 15,
            "since": since,
            "until": until,
        },
        localities=[Locality.objects.get(code=place, is_sample=True)],
        by=administrator,
        now=stage.now,
    )
    coordination.is_sample = True
    coordination.save(update_fields=["is_sample"])
    for position, (code, role, chairs) in enumerate(parties):
        services.add_party(
            coordination,
            stage.agencies[code],
            role=role,
            is_co_chair=chairs,
            position=position,
            since=since,
            by=administrator,
            now=stage.now,
        )
    return type(coordination).objects.prefetch_related("parties__agency").get(pk=coordination.pk)
