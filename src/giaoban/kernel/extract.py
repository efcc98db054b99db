"""Reading a register extract: whole registers of one agency, checked from the first entry to the last (docs/protocol.md 17.8 to 17.10).

`check` is one pass over the parts. It keeps no more than the running ends: the tree, the last number of each series, and the
dispatches of the outgoing register, by which receipts are judged.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from giaoban.kernel import envelope, evidence, register, verify
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.evidence import Entry, KeyRing, PartReader
from giaoban.kernel.verify import KeyFinder

MAX_MISSING = 100
"""Missing numbers that are named of one sender."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What an extract proves."""

    agency: str
    registers: tuple[tuple[str, int, bytes], ...]
    """Origin, size and root of each."""
    papers: bool
    """Whether dispatches and receipts were there to be checked."""
    missing: dict[str, list[int]]
    """Numbers of each sender towards the agency that are not here though a later one is."""


def check(data: bytes, *, keys: KeyFinder | None) -> Checked:
    """What the extract proves. Raises `KernelError` at the first fault; `keys` None believes the keys inside."""
    reader = _Reader(data, keys)
    while reader.parts.next or not reader.registers:
        reader.read_register()
    reader.ring.refuse_unused()
    return Checked(reader.agency, tuple(reader.registers), bool(reader.papers), reader.missing())


@dataclass
class _Run:
    """The register that is being read."""

    origin: str
    direction: str
    tree: register.CompactRange = field(default_factory=register.CompactRange)
    stated: dict[int, bytes] = field(default_factory=dict)
    """Size → root that a receipt of the agency states."""
    seen: set[tuple[str, str]] = field(default_factory=set)
    recovered: bool = False
    """Whether a loss was stated in it: from there on numbers ascend and may leave some out."""


class _Reader:
    def __init__(self, data: bytes, keys: KeyFinder | None) -> None:
        self.parts = PartReader(evidence.split_parts(evidence.EXTRACT_MAGIC, data, None))
        self.ring = KeyRing([evidence.read_key_part(content) for content in self.parts.take_all("key")], keys)
        self.agency = ""
        self.registers: list[tuple[str, int, bytes]] = []
        self.papers: bool | None = None
        self._before = ("", "")
        self._complete = True
        """Whether the first register of the direction was opened without one before it."""
        self._first_year = ""
        self._last: dict[Hashable, int] = {}
        self._previous: str | None = None
        self._sent: dict[str, verify.VerifiedDispatch] = {}
        self._came: dict[str, set[int]] = {}

    def read_register(self) -> None:
        """One register with all its entries."""
        origin = evidence.text_of(self.parts.take("register"))
        register.Checkpoint(origin, 0, register.EMPTY_ROOT)  # raises for a name that is none
        _, agency, direction, year = origin.split("/")
        if self.registers and (agency != self.agency or self._before >= (direction, year)):
            raise KernelError(ErrorCode.EVIDENCE_ORDER, part="register", origin=origin)
        continued = self._before[0] == direction
        self.agency, self._before = agency, (direction, year)
        run, signed = _Run(origin, direction), 0
        while self.parts.next == "leaf":
            leaf = self.parts.take("leaf")
            entry = evidence.read_entry(leaf)
            opens = entry.type == "opening"
            if entry.origin != origin or entry.position != run.tree.size or opens != (run.tree.size == 0):
                raise KernelError(ErrorCode.REGISTER_LEAF, origin=origin, position=run.tree.size)
            run.tree = run.tree.append(register.leaf_hash(leaf))
            if opens:
                self._open(entry, continued=continued)
            elif entry.type == "recovery":
                self._recover(entry, run)
            else:
                self._enter(entry, run)
            if self.parts.next == "checkpoint":
                note = evidence.text_of(self.parts.take("checkpoint"))
                believed = evidence.believed_note(note, origin, agency, self.ring)
                run.stated.setdefault(run.tree.size, believed.root)
                signed = believed.size
                if (believed.size, believed.root) != (run.tree.size, run.tree.root):
                    raise KernelError(ErrorCode.REGISTER_PROOF, origin=origin, size=run.tree.size)
            if run.stated.get(run.tree.size, run.tree.root) != run.tree.root:
                raise KernelError(ErrorCode.REGISTER_PROOF, origin=origin, size=run.tree.size)
        if not run.tree.size or signed != run.tree.size or max(run.stated) > run.tree.size:
            raise KernelError(ErrorCode.REGISTER_PROOF, origin=origin, size=run.tree.size)
        self.registers.append((origin, run.tree.size, run.tree.root))

    def missing(self) -> dict[str, list[int]]:
        """Senders whose numbers towards the agency have gaps."""
        gaps = {who: sorted(set(range(min(came), max(came))) - came) for who, came in self._came.items()}
        return {who: numbers[:MAX_MISSING] for who, numbers in gaps.items() if numbers}

    def _open(self, entry: Entry, *, continued: bool) -> None:
        (previous,) = envelope.members(entry.content, ("previous",), "content")
        if continued:
            origin, size, root = self.registers[-1]
            if previous != {"origin": origin, "size": size, "root": root.hex()}:
                raise KernelError(ErrorCode.REGISTER_CHAIN, origin=entry.origin)
        else:
            self._complete, self._first_year = previous is None, entry.origin[-4:]
        if entry.number is not None:
            raise KernelError(ErrorCode.REGISTER_NUMBER, origin=entry.origin, position=0)

    def _recover(self, entry: Entry, run: _Run) -> None:
        (lost,) = envelope.members(entry.content, ("lost",), "content")
        if not isinstance(lost, list) or not lost or entry.number is not None:
            raise KernelError(ErrorCode.REGISTER_LEAF, origin=entry.origin, position=entry.position)
        run.recovered = True

    def _enter(self, entry: Entry, run: _Run) -> None:
        kinds = {"in": ("dispatch", "refusal", "duplicate"), "out": ("dispatch", "receipt")}[run.direction]
        digest, _, _, reference, _ = envelope.members(
            entry.content, ("digest", "sender", "uid", "reference", "by"), "content"
        )
        name = (entry.type, envelope.read_digest("digest", digest))
        if entry.type not in kinds or name in run.seen:
            raise KernelError(ErrorCode.REGISTER_LEAF, origin=entry.origin, position=entry.position)
        run.seen.add(name)
        self._number(entry, run, reference)
        if self.papers is None:
            self.papers = self.parts.next in {"dispatch", "receipt"}
        if self.papers and run.direction == "in":
            self._incoming(entry, run)
        elif self.papers and entry.type == "dispatch":
            self._outgoing(entry, run)
        elif self.papers:
            self._receipt(entry)

    def _number(self, entry: Entry, run: _Run, reference: object) -> None:
        """Arrival numbers and official numbers."""
        if run.direction == "in" and entry.type == "dispatch":
            self._follows(("arrival", run.origin), entry.number, ErrorCode.REGISTER_NUMBER, entry, run, complete=True)
        elif run.direction == "out" and entry.type == "dispatch" and reference is not None:
            digits, _, symbol = envelope.read_text("reference", reference).partition("/")
            if entry.number is None or digits != f"{entry.number:02d}" or not symbol:
                raise KernelError(ErrorCode.REGISTER_NUMBER, origin=entry.origin, position=entry.position)
            year = f"{entry.on.year:04d}"
            complete = self._complete or year >= self._first_year
            self._follows(
                ("official", year, symbol), entry.number, ErrorCode.REGISTER_NUMBER, entry, run, complete=complete
            )
        elif entry.number is not None:
            raise KernelError(ErrorCode.REGISTER_NUMBER, origin=entry.origin, position=entry.position)

    def _follows(
        self, series: Hashable, value: int | None, code: ErrorCode, entry: Entry, run: _Run, *, complete: bool
    ) -> None:
        """The number is one more than the last of its series, which begins with 1 if its beginning is in the extract."""
        last = self._last.get(series, 0)
        begun = complete or series in self._last
        if value is None or (begun and (value <= last if run.recovered else value != last + 1)):
            raise KernelError(code, origin=entry.origin, position=entry.position, number=value)
        self._last[series] = value

    def _incoming(self, entry: Entry, run: _Run) -> None:
        dispatch = verify.verify_origin(self.parts.take("dispatch"), keys=self.ring)
        evidence.check_names(entry, dispatch, dispatch.digest)
        said = dispatch.envelope
        towards = said.sequence_to(self.agency)
        if towards is None:
            raise KernelError(ErrorCode.VERIFY_NOT_ADDRESSED, receiver=self.agency)
        came = self._came.setdefault(said.sender, set())
        if towards in came:
            raise KernelError(ErrorCode.REGISTER_SEQUENCE, origin=entry.origin, position=entry.position)
        came.add(towards)
        answer = self._verified(self.parts.take("receipt"), dispatch, self.agency)
        if run.recovered:
            # An answer from before the loss names a place in the register that was lost; number and outcome are still those given.
            evidence.check_decided(entry, answer)
            return
        evidence.check_states(entry, answer)
        stated = answer.checkpoint
        if run.stated.setdefault(stated.size, stated.root) != stated.root:
            raise KernelError(ErrorCode.REGISTER_PROOF, origin=entry.origin, size=stated.size)

    def _outgoing(self, entry: Entry, run: _Run) -> None:
        dispatch = verify.verify_origin(self.parts.take("dispatch"), keys=self.ring)
        evidence.check_names(entry, dispatch, dispatch.digest)
        said = dispatch.envelope
        official = None if said.reference is None else said.reference.number
        if said.sender != self.agency or entry.number != official:
            raise KernelError(ErrorCode.EVIDENCE_ENTRY, origin=entry.origin, position=entry.position)
        next_one = said.sequence == self._last.get("all", 0) + 1
        self._follows("all", said.sequence, ErrorCode.REGISTER_SEQUENCE, entry, run, complete=self._complete)
        if next_one and self._previous is not None and said.previous != self._previous:
            raise KernelError(ErrorCode.REGISTER_SEQUENCE, origin=entry.origin, position=entry.position)
        self._previous, self._sent[said.uid] = dispatch.digest, dispatch
        for to in said.recipients:
            self._follows(
                ("to", to.agency), to.sequence, ErrorCode.REGISTER_SEQUENCE, entry, run, complete=self._complete
            )

    def _receipt(self, entry: Entry) -> None:
        sealed = self.parts.take("receipt")
        if envelope.digest_of(sealed) != entry.content["digest"]:
            raise KernelError(ErrorCode.EVIDENCE_ENTRY, origin=entry.origin, position=entry.position)
        dispatch = self._sent.get(str(entry.content["uid"]))
        if dispatch is not None:
            evidence.check_names(entry, dispatch, envelope.digest_of(sealed))
            self._verified(sealed, dispatch, None)
        elif self._complete:
            raise KernelError(ErrorCode.EVIDENCE_ENTRY, origin=entry.origin, position=entry.position)

    def _verified(
        self, sealed: bytes, dispatch: verify.VerifiedDispatch, receiver: str | None
    ) -> verify.VerifiedReceipt:
        said = dispatch.envelope
        by = receiver or evidence.receiver_of(envelope.unframe(sealed, envelope.RECEIPT_TYPE))
        if said.sequence_to(by) is None:
            raise KernelError(ErrorCode.VERIFY_OTHER_RECEIVER, receiver=by)
        return verify.verify_receipt(
            sealed, sender=said.sender, uid=said.uid, digest=dispatch.digest, receiver=by, keys=self.ring
        )
