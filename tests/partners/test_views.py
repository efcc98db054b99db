"""The pages: two administrators enrol a partner, order routes, look after keys. Nothing of a partner's digits is shown before approval."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.partners import ceremony
from tests.partners.servers import NOW, Estate

from giaoban.agencies.models import Agency, Person
from giaoban.common.errors import RefusedError
from giaoban.partners import doctor, offers, queries, reconcile, services, shown, statements
from giaoban.partners.models import (
    OFFER_LIFE,
    Approval,
    KeyStatementRow,
    Partner,
    PartnerAgency,
    PartnerFinding,
    Route,
)

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def strangers(empty_database: tuple[Path, str], django_db_blocker: DjangoDbBlocker) -> Iterator[ceremony.Pair]:
    """Two servers that do not know one another; to be copied."""
    home, template = empty_database
    with django_db_blocker.unblock():
        yield ceremony.fresh(Estate(home, template))


@pytest.fixture
def pair(strangers: ceremony.Pair, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[ceremony.Pair]:
    """Copies of this test alone; one stands in the police's server."""
    with django_db_blocker.unblock():
        made = ceremony.Pair(strangers.police.copy(tmp_path), strangers.military.copy(tmp_path))
        with made.police.here():
            yield made
        for server in made:
            server.close()


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(ceremony.person(name), backend="django.contrib.auth.backends.ModelBackend")
    return client


def offer_of_the_military(pair: ceremony.Pair) -> services.MadeOffer:
    with pair.military.here():
        return services.make_offer(now=NOW)


def page(client: Client, url: str, *, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def test_two_administrators_enrol_a_partner_on_the_pages(pair: ceremony.Pair) -> None:
    made = offer_of_the_military(pair)
    first, second = signed_in("an"), signed_in("binh")
    groups = made.fingerprint.split(" ")

    read = first.post("/partners/read/", {"file": SimpleUploadedFile("offer.bin", made.sealed)})
    uid = Partner.objects.get().uid
    shown = page(first, f"/partners/{uid}/approve/")
    again = first.post(f"/partners/{uid}/approve/", {"digits": " ".join(groups[:6])})
    refused = first.post(f"/partners/{uid}/approve/", {"digits": " ".join(groups[6:])})
    done = second.post(f"/partners/{uid}/approve/", {"digits": "".join(groups[6:])})

    assert (read.status_code, read["Location"]) == (302, f"/partners/{uid}/approve/")
    assert [group for group in groups if group in shown] == []
    assert (again.status_code, refused.status_code, done.status_code) == (302, 422, 302)
    assert Partner.objects.get().state == "active"
    assert all(group in page(first, f"/partners/{uid}/") for group in groups)


def test_our_offer_is_shown_as_digits_and_codes_and_handed_out_as_a_file(pair: ceremony.Pair) -> None:
    client = signed_in("an")

    before = client.get("/partners/offer/file/")
    saved = client.post(
        "/partners/offer/", {"name": "Máy chủ Công an tỉnh", "addresses": "https https://10.0.0.5:8441"}
    )
    shown = page(client, "/partners/offer/")
    file = client.get("/partners/offer/file/")

    made = services.make_offer(now=NOW)
    assert (before.status_code, saved.status_code) == (404, 302)
    assert all(group in shown for group in made.fingerprint.split(" "))
    assert shown.count("data:image/svg") == len(offers.as_texts(services.make_offer(now=NOW, with_regime=False).sealed))
    with pair.military.here():
        read = services.read_offer(file.content, by=ceremony.person("an"), now=NOW)
        assert (read.offer.name, read.row.fingerprint) == ("Máy chủ Công an tỉnh", made.fingerprint.replace(" ", ""))


def test_the_text_of_the_codes_is_read_in_any_order(pair: ceremony.Pair) -> None:
    with pair.military.here():
        texts = offers.as_texts(services.make_offer(now=NOW, with_regime=False).sealed)

    answer = signed_in("an").post("/partners/read/", {"text": "\n".join(reversed(texts))})

    assert (len(texts) > 1, answer.status_code, Partner.objects.count()) == (True, 302, 1)


@pytest.mark.parametrize(
    "content", [b"", b"GBO1:1/2:AAAA", b"GBO1:9/2:A", b"\x00" * 100, b"DSSEv1 1 x 1 y" + bytes(64)]
)
def test_what_is_no_offer_is_refused_with_words(pair: ceremony.Pair, content: bytes) -> None:
    answer = signed_in("an").post("/partners/read/", {"file": SimpleUploadedFile("offer.bin", content)})

    assert (answer.status_code, Partner.objects.count()) == (422, 0)


def test_routes_are_ordered_suspended_and_resumed(pair: ceremony.Pair) -> None:
    partner = ceremony.enrol(pair.police, pair.military)
    client = signed_in("an")

    saved = client.post(
        f"/partners/{partner.uid}/routes/", {"routes": "folder /media/usb\nhttps https://10.0.0.6:8441"}
    )
    wrong = client.post(f"/partners/{partner.uid}/routes/", {"routes": "https http://10.0.0.6"})
    suspended = client.post(f"/partners/{partner.uid}/suspend/")
    resumed = client.post(f"/partners/{partner.uid}/resume/")
    twice = client.post(f"/partners/{partner.uid}/resume/")

    assert [saved.status_code, wrong.status_code, suspended.status_code, resumed.status_code, twice.status_code] == [
        302,
        422,
        302,
        302,
        409,
    ]
    assert list(Route.objects.order_by("position").values_list("transport", "address")) == [
        ("folder", "/media/usb"),
        ("https", "https://10.0.0.6:8441"),
    ]


def test_two_people_agree_to_go_on_after_a_finding(pair: ceremony.Pair) -> None:
    partner = ceremony.enrol(pair.police, pair.military)
    finding = PartnerFinding.objects.create(
        partner=partner, agency=Agency.objects.get(code="BCH"), code="witness.forked", freezes=True, found_at=NOW
    )
    PartnerAgency.objects.update(frozen_at=NOW)
    url = f"/partners/{partner.uid}/findings/{finding.pk}/agree/"

    answers = [signed_in(name).post(url).status_code for name in ("an", "an", "binh")]

    assert answers == [302, 409, 302]
    assert PartnerAgency.objects.get().frozen_at is None


def test_a_key_is_rotated_and_revoked_on_the_pages(pair: ceremony.Pair) -> None:
    client = signed_in("an")
    client.post("/partners/offer/", {"name": "Máy chủ", "addresses": ""})
    before = page(client, "/keys/")

    rotated = client.post("/keys/CAT/rotate/")
    present = services.make_offer(now=NOW).offer.agencies[0].statement
    live = [key for key in present.online if key.is_live]
    from giaoban.kernel import signing

    revoked = client.post(f"/keys/CAT/{signing.key_id(live[0].public_key)}/revoke/", {"from_sequence": ""})

    assert ("BCH" in before, rotated.status_code, revoked.status_code) == (False, 302, 302)
    assert (present.number, services.make_offer(now=NOW).offer.agencies[0].statement.number) == (2, 3)


def test_people_who_run_no_server_see_nothing_of_partners(pair: ceremony.Pair) -> None:
    partner = ceremony.enrol(pair.police, pair.military)
    Person.objects.filter(username="chi").update(is_server_admin=False)
    stranger = signed_in("chi")

    answers = {
        url: stranger.get(url).status_code
        for url in ("/partners/", "/partners/offer/", "/partners/read/", f"/partners/{partner.uid}/", "/keys/")
    }

    assert set(answers.values()) <= {302, 403, 404}


def test_pages_of_a_partner_cost_a_bounded_number_of_statements(pair: ceremony.Pair) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    partner = ceremony.enrol(pair.police, pair.military)
    client = signed_in("an")
    with pair.military.here():
        services.rotate_key(Agency.objects.get(code="BCH"), by=ceremony.person("an"), now=NOW)
        again = services.make_offer(now=NOW)
    services.read_offer(again.sealed, by=ceremony.person("an"), now=NOW)
    budgets = {"": 18, "approve/": 22, "routes/": 6}
    found = {}
    for tail in budgets:
        page(client, f"/partners/{partner.uid}/{tail}")
        with CaptureQueriesContext(connection) as statements:
            page(client, f"/partners/{partner.uid}/{tail}")
        found[tail] = len(statements)

    assert {tail: count for tail, count in found.items() if count > budgets[tail]} == {}


def test_lists_cost_the_same_however_many_partners_there_are(pair: ceremony.Pair) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ceremony.enrol(pair.police, pair.military)
    client = signed_in("an")
    page(client, "/partners/")
    with CaptureQueriesContext(connection) as one:
        page(client, "/partners/")
    row = Partner.objects.get()
    for number in range(3):
        row.pk, row.uid = None, f"00000000-0000-4000-8000-00000000000{number}"
        row.save()
    with CaptureQueriesContext(connection) as four:
        page(client, "/partners/")

    assert len(four) == len(one)


# ---- offers that will not be approved ------------------------------------------------------------------------------------


def test_an_offer_is_put_away_with_a_reason_and_taken_up_again_by_reading_it(pair: ceremony.Pair) -> None:
    made = offer_of_the_military(pair)
    first, second = signed_in("an"), signed_in("binh")
    digits = made.fingerprint.split(" ")
    read = first.post("/partners/read/", {"file": SimpleUploadedFile("offer.bin", made.sealed)})
    url = f"/partners/{Partner.objects.get().uid}"
    first.post(f"{url}/approve/", {"digits": " ".join(digits[:6])})

    silent = first.post(f"{url}/put-away/", {"reason": " "})
    away = second.post(f"{url}/put-away/", {"reason": "Số nghe được không khớp"})
    listed, shown = page(first, "/partners/"), page(first, f"{url}/")
    twice = first.post(f"{url}/put-away/", {"reason": "Lần nữa"})
    too_late = second.post(f"{url}/approve/", {"digits": "".join(digits[6:])})
    again = first.post("/partners/read/", {"file": SimpleUploadedFile("offer.bin", made.sealed)})
    back = page(first, "/partners/")
    second_half = second.post(f"{url}/approve/", {"digits": "".join(digits[6:])})

    assert (read.status_code, silent.status_code, away.status_code, away["Location"]) == (302, 422, 302, "/partners/")
    assert (url in listed, "Số nghe được không khớp" in shown, url in back) == (False, True, True)
    assert (twice.status_code, too_late["Location"], again["Location"]) == (404, f"{url}/", f"{url}/approve/")
    assert second_half.status_code == 422  # what was typed before it was put away does not count
    assert Partner.objects.get().state == "proposed"
    assert list(Approval.objects.filter(what="put_away").values_list("person__username", "detail")) == [
        ("binh", "Số nghe được không khớp")
    ]


def test_an_offer_that_was_put_away_cannot_be_approved_behind_the_page(pair: ceremony.Pair) -> None:
    made = offer_of_the_military(pair)
    an = ceremony.person("an")
    row = services.read_offer(made.sealed, by=an, now=NOW).row
    services.put_away(row, "Đọc nhầm", by=an, now=NOW)

    codes = []
    for act in (
        lambda: services.approve(row, made.fingerprint[:35], by=an, now=NOW),
        lambda: services.put_away(row, "Lần nữa", by=an, now=NOW),
        lambda: services.put_away(row, "x" * 301, by=an, now=NOW),
    ):
        with pytest.raises(RefusedError) as refused:
            act()
        codes.append(refused.value.code)

    assert codes == ["offer.put_away", "offer.put_away", "offer.reason"]


def test_only_administrators_of_the_server_put_an_offer_away(pair: ceremony.Pair) -> None:
    row = services.read_offer(offer_of_the_military(pair).sealed, by=ceremony.person("an"), now=NOW).row
    url = f"/partners/{Partner.objects.get().uid}/put-away/"
    Person.objects.filter(username="chi").update(is_server_admin=False)

    answers = [signed_in("chi").post(url, {"reason": "Không cần"}).status_code, Client().post(url).status_code]
    with pytest.raises(RefusedError):
        services.put_away(row, "Không cần", by=ceremony.person("chi"), now=NOW)

    assert set(answers) <= {302, 403, 404}
    assert not Approval.objects.filter(what="put_away").exists()


def test_an_offer_can_be_approved_for_thirty_days_from_when_it_was_read_whatever_its_own_instant_says(
    pair: ceremony.Pair,
) -> None:
    with pair.military.here():
        made = services.make_offer(now=NOW - timedelta(days=90))
    an, binh = ceremony.person("an"), ceremony.person("binh")
    row = services.read_offer(made.sealed, by=an, now=NOW).row
    last, after = NOW + OFFER_LIFE, NOW + OFFER_LIFE + timedelta(seconds=1)
    digits = made.fingerprint.split(" ")
    services.approve(row, "".join(digits[:6]), by=an, now=NOW)

    found = services.read_offer(made.sealed, by=an, now=after)
    with pytest.raises(RefusedError) as refused:
        services.approve(row, "".join(digits[6:]), by=binh, now=after)
    ended = [str(each[3]) for each in shown.partner_rows(queries.overview(), now=after)]
    with pytest.raises(RefusedError) as not_updated:
        services.update(row, by=an, now=after)
    done = services.approve(row, "".join(digits[6:]), by=binh, now=last)

    assert [each.code for each in found.findings] == ["offer.ended"]
    assert (refused.value.code, not_updated.value.code) == ("offer.ended", "offer.ended")
    assert ended == ["Bản giới thiệu đã hết hạn phê duyệt"]
    assert done.state == "active"


def test_an_offer_that_cannot_be_approved_is_not_said_to_wait(pair: ceremony.Pair) -> None:
    services.read_offer(offer_of_the_military(pair).sealed, by=ceremony.person("an"), now=NOW)
    waits = offer_words()
    Agency.objects.create(
        code="BCH", name="Bộ Chỉ huy khác", short_name="BCH", symbol="BCH", level="province", seat="Nam Vân"
    )

    blocked = offer_words()

    assert waits == (["Có bản giới thiệu chờ duyệt"], ["partner.offer_waits"])
    assert blocked == (["Bản giới thiệu của đối tác không phê duyệt được"], ["partner.offer_blocked"])


def offer_words() -> tuple[list[str], list[str]]:
    """What the list of partners and the doctor say of offers."""
    codes = [found.code for found in doctor.examine(now=NOW, reach=lambda *_way: "")]
    shown_words = [str(each[3]) for each in shown.partner_rows(queries.overview(), now=NOW)]
    return shown_words, [code for code in codes if code.startswith("partner.offer")]


# ---- what pages say ------------------------------------------------------------------------------------------------------


def test_a_partner_page_says_in_words_what_it_is_about_and_shows_no_codes(pair: ceremony.Pair) -> None:
    partner = ceremony.enrol(pair.police, pair.military)
    an = ceremony.person("an")
    services.set_routes(partner, [("collect", ""), ("medium", "/media/usb")], by=an, now=NOW)
    Approval.objects.create(partner=partner, person=an, what="waived", detail="9ee8f05f-6eee-4d39", at=NOW)
    for code, detail in (
        ("witness.forked", "giaoban/BCH/out/2026"),
        (reconcile.DOUBLED, "17"),
        ("recovery.stated", "ab" * 32),
        ("keys.unheard_of", "keys.unheard_of x"),
    ):
        PartnerFinding.objects.create(partner=partner, code=code, detail=detail, freezes=False, found_at=NOW)

    text = page(signed_in("an"), f"/partners/{partner.uid}/")

    wanted = ("sổ văn bản đi 2026 của BCH", "đối tác tự đến lấy", "USB")
    raw = ("giaoban/BCH", "9ee8f05f", "abab", "keys.unheard_of", "collect=", "<li>collect", "partner.hello")
    assert [one for one in wanted if one not in text] == []
    assert [one for one in raw if one in text] == []


def test_a_partner_whose_server_is_reconciled_is_not_listed_as_active(pair: ceremony.Pair) -> None:
    partner = ceremony.enrol(pair.police, pair.military)
    PartnerAgency.objects.update(restoring="9ee8f05f-6eee-4d39-a27f-9a669cd887d8")
    client = signed_in("an")

    told = [
        "Đang đối chiếu sau khi mất dữ liệu" in page(client, url) for url in ("/partners/", f"/partners/{partner.uid}/")
    ]

    assert told == [True, True]


def test_a_statement_that_waits_shows_the_keys_that_would_count(pair: ceremony.Pair) -> None:
    partner = ceremony.enrol(pair.police, pair.military)
    with pair.military.here():
        agency = Agency.objects.get(code="BCH")
        row = services.rotate_key(agency, by=ceremony.person("an"), now=NOW)
        assert isinstance(row, KeyStatementRow)
        sealed, keys = bytes(row.sealed), queries.keys_of(agency)["keys"]
    statements.take_statement(sealed, partner=partner, now=NOW)

    text = page(signed_in("an"), "/keys/")

    assert [one["id"] in text for one in keys] == [one["until"] is None for one in keys]
    assert "Đối tác đã xác nhận thay khóa" in text
