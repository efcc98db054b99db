"""Sign-in: password, throttling, second step, one-time links, sessions."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from tests.agencies.personas import PASSWORD, Cast

from giaoban.agencies.models import Person
from giaoban.agencies.services import account
from giaoban.agencies.views.door import KNOCK_KEY
from giaoban.common import clock
from giaoban.common.errors import RefusedError


def browser(**headers: str) -> Client:
    return Client(headers={"host": "127.0.0.1", **headers})


def code_of(device: TOTPDevice, *, steps: int = 0) -> str:
    """The code the telephone shows now, or so many half minutes later."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = clock.now().timestamp() + steps * device.step
    return f"{totp.token():06d}"


def with_second_step(person: Person) -> tuple[TOTPDevice, list[str]]:
    """A telephone that was enrolled half a minute ago, so that its present code is still unused."""
    device, codes = account.confirm_second_step(
        person,
        device_id=account.start_second_step(person).pk,
        code=code_of(TOTPDevice.objects.get(user=person), steps=-1),
    )
    return device, codes


def sign_in(client: Client, username: str = "officer", password: str = PASSWORD, target: str = "") -> object:
    return client.post(reverse("agencies:sign-in"), {"username": username, "password": password, "next": target})


def test_the_right_password_signs_in_and_leads_to_the_page_that_was_asked_for(cast: Cast) -> None:
    client = browser()

    asked = client.get("/agencies/?q=a")
    answer = sign_in(client, target="/agencies/?q=a")

    assert asked.headers["Location"] == "/sign-in/?next=%2Fagencies%2F%3Fq%3Da"
    assert answer.headers["Location"] == "/agencies/?q=a"
    assert client.session["_auth_user_id"] == str(cast.people["officer"].pk)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_sign_in_leads_nowhere_else(cast: Cast, target: str) -> None:
    answer = sign_in(browser(), target=target)

    assert answer.headers["Location"].startswith("/") is True
    assert "evil" not in answer.headers["Location"]


def test_a_wrong_password_an_unknown_name_and_a_locked_account_answer_alike(cast: Cast) -> None:
    Person.objects.filter(pk=cast.people["clerk"].pk).update(is_active=False)

    pages = [
        sign_in(browser(), username, password)
        for username, password in (("officer", "sai"), ("khong-co", PASSWORD), ("clerk", PASSWORD))
    ]

    assert [page.status_code for page in pages] == [403, 403, 403]
    texts = {re.sub(r'value="[^"]*"', "", page.content.decode()) for page in pages}
    assert len(texts) == 1


def test_six_wrong_passwords_close_the_door_for_a_while_even_to_the_right_one(cast: Cast) -> None:
    client = browser()
    for _try in range(5):
        assert sign_in(client, password="sai").status_code == 403
    assert sign_in(client, password="sai").status_code == 429

    closed = sign_in(client)

    assert closed.status_code == 429
    assert closed.headers["Retry-After"] == "900"
    text = closed.content.decode()
    assert "Tạm thời không đăng nhập được bằng tên này." in text
    assert "Chờ 15 phút" in text
    assert sign_in(browser(), username="clerk").status_code == 302


def test_an_invented_forwarding_header_does_not_reset_the_count(cast: Cast) -> None:
    for number in range(6):
        sign_in(browser(**{"x-forwarded-for": f"10.0.0.{number}"}), password="sai")

    assert sign_in(browser(**{"x-forwarded-for": "10.9.9.9"})).status_code == 429


def test_with_a_second_step_the_password_alone_signs_nobody_in(cast: Cast) -> None:
    person = cast.people["officer"]
    device, _codes = with_second_step(person)
    client = browser()

    first = sign_in(client, target="/agencies/")

    assert first.headers["Location"] == reverse("agencies:second-step")
    assert "_auth_user_id" not in client.session
    assert client.get("/agencies/").status_code == 302
    second = client.post(reverse("agencies:second-step"), {"code": code_of(device)})
    assert second.headers["Location"] == "/agencies/"
    assert client.session["_auth_user_id"] == str(person.pk)
    assert KNOCK_KEY not in client.session


def test_a_code_works_once(cast: Cast) -> None:
    device, _codes = with_second_step(cast.people["officer"])
    code = code_of(device)
    for expected in (302, 403):
        client = browser()
        sign_in(client)
        assert client.post(reverse("agencies:second-step"), {"code": code}).status_code == expected


def test_a_backup_code_works_once_and_in_any_case(cast: Cast) -> None:
    _device, codes = with_second_step(cast.people["officer"])
    for expected in (302, 403):
        client = browser()
        sign_in(client)
        assert client.post(reverse("agencies:second-step"), {"code": codes[0].upper()}).status_code == expected
    assert account.backup_codes_left(cast.people["officer"]) == 7


def test_wrong_codes_slow_the_next_try_down_and_say_for_how_long(cast: Cast) -> None:
    device, _codes = with_second_step(cast.people["officer"])
    TOTPDevice.objects.filter(pk=device.pk).update(throttling_failure_count=5, throttling_failure_timestamp=clock.now())

    with pytest.raises(RefusedError) as refused:
        account.check_second_step(cast.people["officer"], code=code_of(device))

    assert (refused.value.code, refused.value.status) == ("otp.slow", 429)
    assert "16" in str(refused.value.how)


def test_between_the_steps_five_minutes_may_pass_and_the_password_may_not_change(cast: Cast) -> None:
    person = cast.people["officer"]
    device, _codes = with_second_step(person)
    late, changed = browser(), browser()
    for client in (late, changed):
        sign_in(client)
    session = late.session
    session[KNOCK_KEY] = {**session[KNOCK_KEY], "at": (clock.now() - timedelta(minutes=6)).isoformat()}
    session.save()
    account.change_password(person, new="mot mat khau khac han")

    for client in (late, changed):
        answer = client.post(reverse("agencies:second-step"), {"code": code_of(device)})
        assert answer.headers["Location"] == reverse("agencies:sign-in")
        assert "_auth_user_id" not in client.session


def test_two_step_sign_in_is_turned_on_only_with_the_password_and_in_the_same_session(cast: Cast) -> None:
    person = cast.people["officer"]
    client, other = cast.client("officer"), cast.client("officer")

    assert client.post(reverse("agencies:otp-start"), {"password": "sai"}).status_code == 422
    assert client.get(reverse("agencies:otp-confirm")).headers["Location"] == reverse("agencies:otp-start")
    client.post(reverse("agencies:otp-start"), {"password": PASSWORD})
    device = TOTPDevice.objects.get(user=person)
    assert device.confirmed is False
    assert other.get(reverse("agencies:otp-confirm")).headers["Location"] == reverse("agencies:otp-start")
    page = client.get(reverse("agencies:otp-confirm")).content.decode()
    assert page.count('class="qr"') == 1
    assert "style=" not in page
    assert client.post(reverse("agencies:otp-confirm"), {"code": "000000"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert client.post(reverse("agencies:otp-confirm"), {"code": code_of(device)}).status_code == 302

    assert account.has_second_step(person) is True
    shown = client.get(reverse("agencies:security")).content.decode()
    assert len(re.findall(r"<li>[a-z2-7]{8}</li>", shown)) == 8
    assert re.findall(r"<li>[a-z2-7]{8}</li>", client.get(reverse("agencies:security")).content.decode()) == []


def test_the_session_of_one_person_cannot_confirm_the_device_of_another(cast: Cast) -> None:
    account.start_second_step(cast.people["clerk"])
    device = TOTPDevice.objects.get(user=cast.people["clerk"])
    client = cast.client("officer")
    session = client.session
    session["otp_device"] = device.pk
    session.save()

    answer = client.post(reverse("agencies:otp-confirm"), {"code": code_of(device)})

    assert answer.headers["Location"] == reverse("agencies:otp-start")
    assert TOTPDevice.objects.get(pk=device.pk).confirmed is False


def test_two_step_sign_in_is_turned_off_with_password_and_code(cast: Cast) -> None:
    device, _codes = with_second_step(cast.people["officer"])
    client = cast.client("officer")

    assert client.post(reverse("agencies:otp-stop"), {"password": "sai", "code": code_of(device)}).status_code == 422
    assert account.has_second_step(cast.people["officer"]) is True
    assert client.post(reverse("agencies:otp-stop"), {"password": PASSWORD, "code": code_of(device)}).status_code == 302
    assert account.has_second_step(cast.people["officer"]) is False


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(cast: Cast) -> None:
    here, elsewhere = cast.client("officer"), cast.client("officer")
    new = "nui cao song dai trang sang"

    answer = here.post(reverse("agencies:password"), {"password": PASSWORD, "new": new, "again": new})

    assert answer.headers["Location"] == reverse("agencies:security")
    assert here.get("/agencies/").status_code == 200
    assert elsewhere.get("/agencies/").status_code == 302


@pytest.mark.parametrize("new", ["ngan", "password1234", "123456789012"])
def test_a_weak_password_is_refused(cast: Cast, new: str) -> None:
    with pytest.raises(RefusedError) as refused:
        account.change_password(cast.people["officer"], new=new)

    assert refused.value.code == "password.weak"


def test_a_one_time_link_sets_a_password_once(cast: Cast) -> None:
    person = Person.objects.create_person("moi", "Người Mới")
    path = reverse(
        "agencies:first-password",
        args=[urlsafe_base64_encode(force_bytes(person.uid)), default_token_generator.make_token(person)],
    )
    new = "nui cao song dai trang sang"

    assert browser().post(path, {"new": new, "again": "khac"}).status_code == 422
    assert browser().post(path, {"new": new, "again": new}).status_code == 302

    assert browser().get(path).status_code == 404
    assert sign_in(browser(), "moi", new).status_code == 302


@pytest.mark.parametrize("who", ["x", "!!!", "MTIz", "w6k"])
def test_a_link_of_nonsense_leads_nowhere(cast: Cast, who: str) -> None:
    assert browser().get(reverse("agencies:first-password", args=[who, "abc-def"])).status_code == 404


def test_signing_out_needs_a_posted_form(cast: Cast) -> None:
    client = cast.client("officer")

    assert client.get(reverse("agencies:sign-out")).status_code == 405
    assert client.get("/agencies/").status_code == 200
    client.post(reverse("agencies:sign-out"))
    assert client.get("/agencies/").status_code == 302


def test_a_form_without_its_token_changes_nothing(cast: Cast) -> None:
    client = Client(headers={"host": "127.0.0.1"}, enforce_csrf_checks=True)

    answer = sign_in(client)

    assert answer.status_code == 403
    assert "Biểu mẫu không được chấp nhận" in answer.content.decode()


def test_the_language_is_kept_before_and_after_sign_in(cast: Cast) -> None:
    client = browser()
    assert '<html lang="vi"' in client.get("/sign-in/").content.decode()

    client.post(reverse("agencies:language"), {"language": "en", "next": "/sign-in/"})

    assert '<html lang="en"' in client.get("/sign-in/").content.decode()
    inside = cast.client("officer")
    inside.post(reverse("agencies:language"), {"language": "en", "next": "/agencies/"})
    assert Person.objects.get(username="officer").language == "en"
    assert "Agencies" in inside.get("/agencies/").content.decode()
