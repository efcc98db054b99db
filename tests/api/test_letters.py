"""Letters and evidence by the API alone: files, assignment, forward, recall; and nobody does it who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.api.programs import Program
from tests.correspondence.office import make_office

from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.correspondence.origins import MEDIA_TYPE
from giaoban.dispatches.services import deliver_all
from giaoban.dispatches.verification import verify_all

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.correspondence.office import Office


class Post:
    """Programs of CAH, BCH and HKL, which write to each other, and of HAI, a stranger."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.coordination = f"/coordinations/{office.coordination.uid}"
        self._programs: dict[tuple[str, Role], Program] = {}

    def __call__(self, code: str, role: Role = Role.APPROVER) -> Program:
        key = code, role
        if key not in self._programs:
            self._programs[key] = Program(self.office.by(code, role))
        return self._programs[key]

    def officer(self, code: str) -> Program:
        return self(code, Role.OFFICER)

    def written(self, **said: Any) -> str:
        """A request of CAH to BCH, not yet signed; its address."""
        body = {"kind": "request", "summary": "Đề nghị phối hợp", "text": "Nội dung.", "recipients": ["BCH"], **said}
        return f"/letters/{self.officer('CAH').post(f'{self.coordination}/letters', body)['uid']}"

    def registered(self) -> str:
        path = self.written()
        self.officer("CAH").files(f"{path}/files", {"ke-hoach.txt": b"Noi dung"})
        self("CAH").act(f"{path}/signature")
        arrive()
        self("BCH", Role.CLERK).act(f"{path}/registration")
        arrive()
        return path


@pytest.fixture
def post(db: None) -> Post:
    return Post(make_office())


def arrive() -> None:
    deliver_all(clock.now())


def test_files_are_attached_and_taken_out_while_it_is_a_draft(post: Post) -> None:
    officer, path = post.officer("CAH"), post.written()

    read = officer.files(f"{path}/files", {"a.txt": b"mot", "b.txt": b"hai"})
    assert [each["name"] for each in read["files"]] == ["01-a.txt", "02-b.txt"]
    read = officer.drop(f"{path}/files/{read['files'][0]['sha256']}", 200)
    assert [(each["name"], each["size"]) for each in read["files"]] == [("02-b.txt", 3)]
    assert officer.files(f"{path}/files", {"x.exe": b"MZ"}, 409)["code"] == "letter.file_type"
    assert officer.files(f"{path}/files", {"x.txt": "căn cước 038201012345".encode()}, 409)["code"] == (
        "letter.file_screened"
    )
    assert officer.files(f"{path}/files", {"so.txt": b"a" * (20 * 1024 * 1024)}, 409)["code"] == "letter.files_size"
    assert officer.files(f"{path}/files", {"a.txt": b"mot"}, 422, note="x")["code"] == "request.shape"
    assert officer.drop(f"{path}/files/{'0' * 64}", 404)["code"] == "not_found"
    assert officer.act(f"{path}/hand-over")["state"] == "ready"
    sent = post("CAH").act(f"{path}/signature")
    assert officer.files(f"{path}/files", {"a.txt": b"mot"}, 409)["code"] == "letter.not_draft"
    assert officer.drop(path, 409)["code"] == "letter.not_draft"

    files = post("CAH").get(f"/dispatches/{sent['dispatch']}")["files"]
    assert [each["name"] for each in files] == ["cong-van.docx", "cong-van.pdf", "02-b.txt"]
    other = post.written()
    assert officer.drop(other, 204) is None
    assert officer.refused("GET", other) == (404, "not_found")


def test_the_head_gives_a_letter_to_an_officer_and_the_sender_learns_only_that(post: Post) -> None:
    path = post.registered()
    head = post("BCH")
    officers = head.get("/letters/officers")
    assert [each["name"] for each in officers] == ["Người approver BCH", "Người officer BCH"]

    body = {"officer": officers[1]["uid"], "opinion": "Kiểm tra ngay", "inner_due_on": "2099-12-31"}
    assigned = head.act(f"{path}/assignment", body)["assignment"]
    arrive()

    assert (assigned["name"], assigned["opinion"], assigned["inner_due_on"]) == (
        "Người officer BCH",
        "Kiểm tra ngay",
        "2099-12-31",
    )
    seen = post("CAH").get(path)
    assert (seen["handlings"][0]["state"], seen["assignment"], "Kiểm tra" in str(seen)) == ("04", None, False)
    stranger = post("HAI").get("/letters/officers")[0]["uid"]
    assert head.refused("POST", f"{path}/assignment", {"officer": stranger}) == (409, "letter.officer")


def test_a_forward_brings_the_first_letter_and_says_how_far_it_is_proven(post: Post) -> None:
    path = post.registered()
    officer = post.officer("BCH")
    draft = officer.post(f"{path}/forward")
    forward = f"/letters/{draft['uid']}"
    officer.patch(
        forward,
        {
            "row_version": draft["row_version"],
            "summary": draft["summary"],
            "text": draft["text"],
            "recipients": ["HKL"],
        },
    )
    post("BCH").act(f"{forward}/signature")
    arrive()

    there = post("HKL").get(forward)

    first = post("CAH").get(path)
    digest = post("CAH").get(f"/dispatches/{first['dispatch']}")["digest"]
    assert (there["origin"]["sender"], there["origin"]["digest"], there["origin"]["proof"]) == ("CAH", digest, "signed")
    assert [each["sha256"] for each in there["files"] if each["media_type"] == MEDIA_TYPE] == [digest]


@pytest.mark.parametrize("kind", ["recall", "replacement", "reminder"])
def test_a_sender_recalls_replaces_and_reminds(post: Post, kind: str) -> None:
    path = post.registered()

    made = post.officer("CAH").post(f"{path}/follow-up", {"kind": kind})
    post("CAH").act(f"/letters/{made['uid']}/signature")
    arrive()

    assert (made["kind"], made["recipients"], made["answers"]) == (kind, ["BCH"], path.rpartition("/")[2])
    state = post("BCH").get(path)["handlings"][0]["state"]
    assert state == ("03" if kind == "reminder" else "13")
    assert post.officer("CAH").refused("POST", f"{path}/follow-up", {"kind": "notice"}) == (422, "request.shape")
    assert [finding for finding in verify_all() if finding] == []


def test_no_act_on_a_letter_is_open_to_strangers_and_viewers(post: Post) -> None:
    path = post.registered()
    draft = post.written()
    officer = post("BCH").get("/letters/officers")[0]["uid"]
    acts = [
        ("CAH", "POST", f"{path}/follow-up", {"kind": "recall"}),
        ("CAH", "POST", f"{draft}/hand-over", None),
        ("CAH", "DELETE", f"{draft}/files/{'0' * 64}", None),
        ("CAH", "DELETE", draft, None),
        ("BCH", "POST", f"{path}/forward", None),
        ("BCH", "POST", f"{path}/assignment", {"officer": officer}),
    ]
    before = [post(code).get(f"/letters?box={box}") for code in ("CAH", "BCH") for box in ("in", "out", "drafts")]

    for code, method, where, body in acts:
        assert post("HAI").refused(method, where, body) == (404, "not_found"), where
        assert post(code, Role.VIEWER).refused(method, where, body) == (403, "access.role"), where
    for who, status in ((post("HAI"), 404), (post("CAH", Role.VIEWER), 403)):
        who.files(f"{draft}/files", {"a.txt": b"x"}, status)
    assert post.officer("BCH").refused("POST", f"{path}/assignment", {"officer": officer}) == (403, "access.role")
    after = [post(code).get(f"/letters?box={box}") for code in ("CAH", "BCH") for box in ("in", "out", "drafts")]
    assert after == before


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 5000),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nx\r\n' * 200,
        ),
    ],
    ids=["no boundary", "too many fields", "too many files"],
)
def test_a_broken_or_endless_form_is_refused_in_the_one_shape(post: Post, content_type: str, body: bytes) -> None:
    officer, path = post.officer("CAH"), post.written()

    answer = officer.client.post(f"/api{path}/files", body, content_type=content_type)

    assert (answer.status_code, answer.json()["code"]) == (400, "request.unreadable")
    assert officer.get(path)["files"] == []


# ---- evidence, in the sample, which stays for the rest of the module ------------------------------------------------------


def _open_task(lead: Program) -> str:
    """The address of an open task that the program's agency leads."""
    return next(
        f"/tasks/{each['uid']}"
        for each in lead.get("/tasks?ours=true")
        if each["lead"]["code"] == lead.by.agency.code and each["state"] == "open"
    )


def test_evidence_goes_with_a_report_on_a_task(world: World, db: None) -> None:
    lead = Program(world.by("canbo.ca"))
    path = _open_task(lead)

    event = lead.files(f"{path}/progress/files", {"ket-qua.txt": b"Xong"}, 201, text="Đã làm một nửa.", percent=50)

    files = lead.get(f"/dispatches/{event['dispatch']}")["files"]
    assert (event["percent"], [each["name"] for each in files]) == (50, ["01-ket-qua.txt"])
    assert lead.files(f"{path}/progress/files", {"x.exe": b"MZ"}, 409, text="x")["code"] == "task.file_type"
    stranger, viewer = Program(world.by("nguoila")), Program(world.by("kiemtra.ca"))
    for act in ("progress", "completion"):
        assert stranger.files(f"{path}/{act}/files", {"a.txt": b"x"}, 404, text="x")["code"] == "not_found"
        assert viewer.files(f"{path}/{act}/files", {"a.txt": b"x"}, 403, text="x")["code"] == "access.role"
    done = Program(world.by("thutruong.ca")).files(
        f"{path}/completion/files", {"bao-cao.txt": b"Xong"}, 201, text="Đã xong."
    )
    assert done["kind"] == "completed"


def test_evidence_needs_no_words_and_a_slip_in_a_name_loses_nothing(world: World, db: None) -> None:
    lead = Program(world.by("canbo.ca"))
    path = _open_task(lead)
    before = lead.get(path)

    for act, slip in (("progress", {"txt": "Đã xong."}), ("progress", {"text": "x", "percnt": 60})):
        refused = lead.files(f"{path}/{act}/files", {"a.txt": b"x"}, 422, **slip)
        assert (refused["code"], refused["why"]) == (
            "request.shape",
            f"form.{list(slip)[-1]}: Extra inputs are not permitted",
        )
    assert lead.files(f"{path}/progress/files", {"a.txt": b"x"}, 422, text="a\x00b")["code"] == "request.shape"
    assert lead.files(f"{path}/progress/files", {"a.txt": b"x"}, 422, percent=101)["code"] == "request.shape"
    assert lead.get(path) == before
    event = lead.files(f"{path}/progress/files", {"a.txt": b"x"}, 201, percent=60)

    assert (event["text"], event["percent"]) == ("", 60)
