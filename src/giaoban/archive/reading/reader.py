"""From the text of an article to a draft record. This module only puts the steps in order; each rule lives in its own module.

1. `text`: one form of writing, with the way back to the source.
2. `zones`: title, posting line, body, captions, byline; sentences.
3. `legal`: instruments, which also mask their numbers and dates from the other rules.
4. `events`: is there a conference, of which type, on which day.
5. `periods`: looked back on, and next.
6. `gathering`, `places`: who and where.
7. `outcomes`, `figures`: results, tasks, counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from giaoban.archive.reading import events, figures, gathering, legal, outcomes, places, zones
from giaoban.archive.reading.dates import EARLIEST_REVIEW, DayMention, find_days
from giaoban.archive.reading.legal import KNOWN_INSTRUMENTS, Catalogue
from giaoban.archive.reading.notices import Notice
from giaoban.archive.reading.parties import find_organisations
from giaoban.archive.reading.periods import (
    PeriodMention,
    find_periods,
    period_end,
    with_year_after,
    with_year_seen_from,
)
from giaoban.archive.reading.record import ConferenceRecord, Party, Period
from giaoban.archive.reading.text import SourceText, Span, rx, see
from giaoban.archive.reading.zones import Article, Sentence

_STATED = rx(r"(?:cho thấy|cho biết|nêu rõ|nhấn mạnh|khẳng định)[,:]? (?:trong )?$")


def read_text(text: str, *, catalogue: Catalogue = KNOWN_INSTRUMENTS) -> ConferenceRecord:
    """Read one article. Never raises: what cannot be read is null, empty or "other", with a warning."""
    seen = see(text)
    notices: list[Notice] = [Notice.CUT] if seen.was_cut else []
    if not seen.view.strip():
        return ConferenceRecord("other", warnings=(Notice.EMPTY.value,))
    article = zones.find_zones(seen)
    seen = article.text
    notices += article.notices
    sentences = zones.find_sentences(seen, article.paragraphs)
    if events.is_legal_text(seen):
        return _other(seen, article, [*notices, Notice.LEGAL_TEXT])
    parts = [
        *([article.title] if article.title else []),
        *((paragraph.start, paragraph.end) for paragraph in article.paragraphs),
    ]
    references = [mention for part in parts for mention in legal.find_references(seen, *part, catalogue)]
    masked = [mention.span for mention in references]
    event = events.find_event(seen, sentences, masked)
    opening = [span for span in (article.title, *(sentence.span for sentence in event.all)) if span is not None]
    coordinating = legal.is_coordination(
        [mention for mention in references if any(start <= mention.span[0] < end for start, end in opening)]
    )
    refusal = events.kind_notice(seen, article.title, sentences, event, coordinating)
    if refusal is not None:
        return _other(seen, article, [*notices, refusal])
    if event.second is not None:
        notices.append(Notice.TWO_CONFERENCES)
        sentences = [sentence for sentence in sentences if sentence.start < event.second.start]
        event = replace(event, all=tuple(sentence for sentence in event.all if sentence in sentences), second=None)
    days = [day for sentence in event.all for day in find_days(seen, *sentence.span, masked)]
    sites = places.sites(seen, sentences)
    met = gathering.gather(
        seen, article.title, sentences, event, [span for _, span in sites], [day.span for day in days]
    )
    cluster = met.partners >= 1 and places.is_cluster(seen, opening)
    if met.partners < 2 and not cluster and not _invited_by_one(seen, opening, met):
        return _other(seen, article, [*notices, Notice.ONE_AGENCY if met.partners else Notice.NOT_A_CONFERENCE])
    return _conference(seen, article, sentences, event, met, sites, references, masked, notices)


def _invited_by_one(text: SourceText, opening: Sequence[Span], met: gathering.Gathering) -> bool:
    """One agency called partners to a meeting on their coordination: several others attend, and coordination is the subject."""
    others = [words for words, _ in met.participants]
    called = any(start <= spans[0][0] < end for _, spans in met.participants for start, end in opening)
    return met.partners == 1 and (len(others) >= 2 or called) and events.speaks_of_coordination(text, opening)


def _other(text: SourceText, article: Article, notices: list[Notice]) -> ConferenceRecord:
    """What is no conference keeps what says what it is: title, posting date, byline."""
    evidence: dict[str, list[Span]] = {}
    if article.title:
        evidence["title"] = [article.title]
    if article.posting:
        evidence["published_on"] = [article.posting[1]]
    if article.byline:
        evidence["byline"] = [article.byline]
    return ConferenceRecord(
        "other",
        title=text.words(article.title) if article.title else None,
        published_on=article.posting[0].isoformat() if article.posting else None,
        byline=text.words(article.byline) if article.byline else None,
        warnings=_warnings(notices),
        evidence=_in_source(text, evidence),
    )


def _conference(
    text: SourceText,
    article: Article,
    sentences: list[Sentence],
    event: events.Event,
    met: gathering.Gathering,
    sites: list[tuple[str, Span]],
    references: list[legal.BasisMention],
    masked: list[Span],
    notices: list[Notice],
) -> ConferenceRecord:
    evidence: dict[str, list[Span]] = {}
    body = [sentence.span for sentence in sentences]
    opening = [span for span in (article.title, *(sentence.span for sentence in event.all)) if span is not None]
    last = sentences[-1].end if sentences else 0

    conference_type, evidence["conference_type"], said = events.conference_type(text, article.title, event)
    notices += said

    days = [day.span for sentence in sentences for day in find_days(text, *sentence.span, masked)]
    told = {
        sentence.span: find_periods(
            text, *sentence.span, [*masked, *(day for day in days if sentence.start <= day[0] < sentence.end)]
        )
        for sentence in sentences
    }
    period, following = _choose_periods(text, article.title, sentences, event, masked, told, notices)
    held, held_iso, evidence["held_on"], said = events.held_on(
        text, event, masked, article.posting, period, following, article.title
    )
    notices += said
    coming = _coming(text, sentences, event, told, period, held)
    following = following or (coming[0] if coming else None)
    reported, ahead = _date_periods(period, following, held, article.posting, notices)
    evidence["period"] = [period.span] if period else []
    evidence["next_period"] = [following.span] if following else []

    bases, evidence["legal_bases"], said = legal.legal_bases(
        text, references, [*([article.title] if article.title else []), *body], opening
    )
    notices += said

    place = places.venue(text, event)
    spoken = [*opening, *(span for span in body[:6] if span not in opening), *article.captions]
    form, evidence["format"] = places.form(text, spoken, sites, place)
    if (
        form == "online"
        and place is not None
        and re.search(r"điểm\s+cầu", text.low[max(0, place[1][0] - 12) : place[1][0]])
    ):
        place = None
    evidence["venue"] = [place[1]] if place else []
    evidence["sites"] = [span for _, span in sites]

    ordered = [org for org in met.organisations if org.span[0] < last]
    level, evidence["level"] = places.level(text, ordered, opening)
    if level is None:
        # The parties are named as bare forces; whose headquarters they met in tells the level.
        ordered = [org for span in opening for org in find_organisations(text, *span)]
        level, evidence["level"] = places.level(text, ordered, opening)
    if level is None:
        notices.append(Notice.LEVEL_UNKNOWN)
    named = [
        *opening,
        *(span for _, span in sites),
        *(spans[0] for _, spans in met.participants),
        *(spans[-1] for _, spans in met.chairs),
    ]
    locality, evidence["locality"] = places.locality(text, named, ordered)
    for name, span in places.bare_provinces(text, [*opening, *body]):
        if level in ("national", "regional", "province") and name not in locality.setdefault("province", []):
            locality["province"].append(name)
            evidence["locality"].append(span)
    locality = {tier: names for tier, names in locality.items() if names}

    notices += met.notices
    evidence["hosts"] = [span for _, span in met.hosts]
    evidence["chairs"] = [span for _, spans in met.chairs for span in spans]
    evidence["participants"] = [span for _, spans in met.participants for span in spans]

    planned = [
        mention.span
        for mentions in told.values()
        for mention in mentions
        if mention.planned or mention in coming or (period and _begins_after(mention.period, reported))
    ]
    present = [span for _, spans in (*met.participants, *met.chairs) for span in spans]
    attendance = [
        sentence.span
        for sentence in sentences
        if (
            any(sentence.start <= span[0] < sentence.end for span in present)
            or _DELEGATES.search(text.low, *sentence.span)
        )
        and _only_attends(text, sentence)
    ]
    behind = [mention.span for mentions in told.values() for mention in mentions if mention.span not in planned]
    current = [
        mention.span
        for mentions in told.values()
        for mention in mentions
        if mention.span not in planned
        and (mention.period.type, mention.period.ordinal) == (reported.type, reported.ordinal)
        and mention.period.year in (None, reported.year)
    ]
    outcome = outcomes.find_outcome(text, sentences, event, planned, behind, attendance, current)
    notices += outcome.notices
    evidence["results"], evidence["tasks"] = list(outcome.results), list(outcome.tasks)

    counted = sorted({*outcome.results, *attendance})
    day_spans = [day.span for span in counted for day in find_days(text, *span)]
    period_spans = [mention.span for span in counted for mention in told.get(span, ())]
    indicators, evidence["indicators"], said = figures.find_figures(
        text, counted, [*masked, *day_spans, *period_spans], attendance
    )
    notices += said

    evidence["title"] = [article.title] if article.title else []
    evidence["published_on"] = [article.posting[1]] if article.posting else []
    evidence["byline"] = [article.byline] if article.byline else []
    if article.title is None:
        notices.append(Notice.NO_TITLE)
    return ConferenceRecord(
        "conference",
        title=text.words(article.title) if article.title else None,
        published_on=article.posting[0].isoformat() if article.posting else None,
        byline=text.words(article.byline) if article.byline else None,
        conference_type=conference_type,
        held_on=held_iso,
        period=reported,
        next_period=ahead,
        level=level,
        locality={tier: tuple(names) for tier, names in locality.items()},
        format=form,
        sites=tuple(words for words, _ in sites),
        venue=place[0] if place else None,
        hosts=tuple(Party(words) for words, _ in met.hosts),
        chairs=tuple(party for party, _ in met.chairs),
        participants=tuple(words for words, _ in met.participants),
        legal_bases=tuple(bases),
        indicators=tuple(indicators),
        results=tuple(text.words(span) for span in outcome.results),
        tasks=tuple(text.words(span) for span in outcome.tasks),
        warnings=_warnings(notices),
        evidence=_in_source(text, evidence),
    )


_REPORTS = rx(r"cho thấy|cho biết|nêu rõ|khẳng định|nhấn mạnh|đánh giá|yêu cầu|đề nghị|phát biểu")


_DELEGATES = rx(r"dự (?:hội nghị|giao ban|và|có)[^.;]{0,60}? ?\d[\d.]* (?:lượt )?đại biểu")


def _only_attends(text: SourceText, sentence: Sentence) -> bool:
    return _REPORTS.search(text.low, *sentence.span) is None


def _choose_periods(
    text: SourceText,
    title: Span | None,
    sentences: list[Sentence],
    event: events.Event,
    masked: list[Span],
    told: dict[Span, list[PeriodMention]],
    notices: list[Notice],
) -> tuple[PeriodMention | None, PeriodMention | None]:
    """The period of the title or the opening before one of the body; the next period is one that words of planning go before."""
    in_opening = [mention for sentence in event.all for mention in told.get(sentence.span, ())]
    in_title = find_periods(text, *title, masked) if title else []
    heads = {sentence.span for sentence in event.all}
    in_body = [
        (mention, sentence) for sentence in sentences if sentence.span not in heads for mention in told[sentence.span]
    ]
    back = [mention for mention in (*in_opening, *in_title) if not mention.planned]
    back += [
        mention
        for mention, sentence in in_body
        if not mention.planned
        and (mention.span[0] - sentence.start < 90 or _STATED.search(text.low, sentence.start, mention.span[0]))
    ]
    # "từ đầu năm đến nay" and "5 năm thực hiện" say less than a calendar period beside them.
    full = [
        mention
        for mention in back
        if mention.period.type is not None and (mention.period.type != "multi_year" or mention.period.last_year)
    ]
    reviewed = [
        mention
        for mention in in_opening + in_title
        if not mention.planned and mention.notice is Notice.PERIOD_LENGTH_ONLY
    ]
    period = None
    if reviewed and not any(mention in full for mention in (*in_opening, *in_title)):
        spans_of_years = [mention for mention in full if mention.period.type == "multi_year"]
        period = spans_of_years[0] if spans_of_years else reviewed[0]
    elif full:
        period = full[0]
    elif back:
        period = back[0]
    if period is not None and period.period.year is None and period.period.type not in (None, "multi_year"):
        same = [
            mention
            for mention in full
            if mention.period.year
            and (mention.period.type, mention.period.ordinal) == (period.period.type, period.period.ordinal)
        ]
        if same:
            period = same[0]
    if period is not None and period.period.type == "half" and period.period.ordinal is None:
        exact = [mention for mention in back if mention.period.type == "half" and mention.period.ordinal]
        period = exact[0] if exact else period
    mentions = (*in_opening, *in_title, *(mention for mention, _ in in_body))
    ahead = [
        mention
        for mention in mentions
        if mention.planned
        or (
            period is not None
            and _begins_after(mention.period, period.period)
            and (
                mention.period.type != "year"
                or not _ATTRIBUTE.search(text.low, max(0, mention.span[0] - 14), mention.span[0])
            )
        )
    ]
    ahead = [
        mention
        for mention in ahead
        if not (
            mention.period.type == "multi_year"
            and _OF_PLAN.search(text.low, max(0, mention.span[0] - 40), mention.span[0])
        )
    ]
    ahead = [
        mention
        for mention in ahead
        if mention.period.type is not None and (period is None or mention.period != period.period)
    ]
    following = ahead[0] if ahead else None
    if period is not None and period.period.type is not None:
        rivals = [
            mention.period
            for mention in (*in_title, *in_opening)
            if not mention.planned and mention.period.type == period.period.type
        ]
        if any(_clash(rival, period.period) for rival in rivals):
            notices.append(Notice.PERIODS_DIFFER)
    return period, following


def _begins_after(one: Period, other: Period) -> bool:
    """Whether a period that is written with its year lies behind another one's end."""
    if other.type == "nine_months" and (one.type, one.ordinal) == ("quarter", 4) and one.year in (None, other.year):
        return True
    if one.year is None and one.type == other.type and one.ordinal and other.ordinal:
        last = {"quarter": 4, "half": 2, "month": 12}.get(one.type or "")
        return one.ordinal > other.ordinal or (other.ordinal == last and one.ordinal == 1)
    end, reference = period_end(one), period_end(other)
    return (
        end is not None
        and reference is not None
        and end > reference
        and (one.type == other.type or (one.type == "year" and one.year != other.year))
        and one.type != "multi_year"
    )


def _coming(
    text: SourceText,
    sentences: list[Sentence],
    event: events.Event,
    told: dict[Span, list[PeriodMention]],
    period: PeriodMention | None,
    held: DayMention | None,
) -> list[PeriodMention]:
    """Periods that open a sentence and run on well after the conference: "Năm 2018, hai đơn vị tiếp tục ..." held in March 2018."""
    if held is None or held.year is None or not held.valid:
        return []
    on = date(held.year, held.month, held.day)
    return [
        mention
        for sentence in sentences
        if sentence not in event.all and not _DID.search(text.low, *sentence.span)
        for mention in told[sentence.span][:1]
        if mention.span[0] - sentence.start < 12
        and (end := period_end(mention.period)) is not None
        and (end - on) > -EARLIEST_REVIEW
        and (period is None or mention.period != period.period)
    ]


# "công tác tuyển quân năm 2019": the year says which call-up is meant.
_ATTRIBUTE = rx(r"\w+ (?<!trong )(?<!bước sang )(?<!sang )(?<!cho )(?<!hướng )(?<!vụ )(?<!và )(?<!của )$")
# "ký kế hoạch phối hợp giai đoạn 2020-2025": the plan's years.
_OF_PLAN = rx(r"(?:kế hoạch|quy chế|chương trình|đề án|nghị quyết)(?: phối hợp| hành động| công tác)? $")
_DID = rx(r"(?<!\w)(?:đã|qua)(?!\w)")


def _clash(one: Period, other: Period) -> bool:
    return (one.year is not None and other.year is not None and one.year != other.year) or (
        one.ordinal is not None
        and other.ordinal is not None
        and one.ordinal != other.ordinal
        and one.year == other.year
    )


def _date_periods(
    period: PeriodMention | None,
    following: PeriodMention | None,
    held: DayMention | None,
    posting: tuple[date, Span] | None,
    notices: list[Notice],
) -> tuple[Period, Period]:
    """Give the periods their years, and say where a year was inferred."""
    if period is None:
        notices.append(Notice.PERIOD_UNKNOWN)
    elif period.notice is not None:
        notices.append(period.notice)
    reported = period.period if period else Period()
    ahead = following.period if following else Period()
    on = (
        date(held.year, held.month, held.day)
        if held and held.year and held.valid
        else (posting[0] if posting else None)
    )
    if period and reported.year is None and reported.type not in ("multi_year", None):
        if on is not None and period_end(with_year_seen_from(reported, on)) is not None:
            reported = with_year_seen_from(reported, on)
            notices.append(Notice.PERIOD_YEAR_INFERRED)
        else:
            notices.append(Notice.PERIOD_YEAR_UNKNOWN)
    if on is not None and reported.year is not None and reported.year > on.year:
        reported = Period()  # "hiệp đồng giao nhận quân năm 2024", held in 2023: nothing is looked back on
        notices.append(Notice.PERIOD_UNKNOWN)
    if following and ahead.year is None and ahead.type not in ("multi_year", None):
        dated = with_year_after(ahead, reported)
        if dated.year is not None:
            notices.append(Notice.NEXT_YEAR_INFERRED)
        ahead = dated
    ends = period_end(ahead), period_end(reported)
    within = ahead.type == "year" and reported.type != "year" and ahead.year == reported.year and ahead.year is not None
    if within or (ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]):
        ahead = Period()  # words of planning stood with the period looked back on, or with the year it lies in
    return reported, ahead


def _warnings(notices: Iterable[Notice]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notice.value for notice in notices))


def _in_source(text: SourceText, evidence: dict[str, list[Span]]) -> dict[str, tuple[Span, ...]]:
    return {
        name: tuple(dict.fromkeys(text.in_source(span) for span in spans)) for name, spans in evidence.items() if spans
    }
