"""Codes of everything the kernel can refuse, without a word of human text.

One exception for the whole kernel: `KernelError(code, **values)`. The part before the dot is the family, so a boundary can
treat a whole family alike; `values` are small facts for the log and for the sentence a person reads (the sentence itself
belongs to the room that shows it). A `ValueError` or `TypeError` that escapes the kernel is a bug, never an answer.

Add codes to the block of their family, in alphabetical order; never rename one that has been released: they travel in
signed receipts.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """What went wrong; `family.problem`."""

    # agreement: a table of joint figures asked to do what it must not
    AGREEMENT_NOT_A_PARTY = "agreement.not_a_party"
    AGREEMENT_NOT_SETTLED = "agreement.not_settled"
    AGREEMENT_UNKNOWN_ROW = "agreement.unknown_row"
    AGREEMENT_VALUE = "agreement.value"

    # arrivals: the numbers seen of one sender (section 11)
    ARRIVALS_NUMBER = "arrivals.number"
    ARRIVALS_REPEATED = "arrivals.repeated"
    ARRIVALS_STATE = "arrivals.state"
    ARRIVALS_TOO_MANY_GAPS = "arrivals.too_many_gaps"

    # bundle: what one station hands another as a whole (section 11)
    BUNDLE_FRAMING = "bundle.framing"
    BUNDLE_ITEM_DIFFERENT = "bundle.item_different"
    BUNDLE_MANIFEST = "bundle.manifest"
    BUNDLE_NOT_ADDRESSED = "bundle.not_addressed"
    BUNDLE_OTHER_KEY = "bundle.other_key"
    BUNDLE_TOO_LARGE = "bundle.too_large"
    BUNDLE_TRAILING = "bundle.trailing"
    BUNDLE_TRUNCATED = "bundle.truncated"

    # calendar: a period, a day or a schedule that cannot be
    CALENDAR_OUT_OF_RANGE = "calendar.out_of_range"
    CALENDAR_PERIOD = "calendar.period"
    CALENDAR_SCHEDULE = "calendar.schedule"
    CALENDAR_SCHEME = "calendar.scheme"

    # correspondence: a letter asked to do what its states do not allow
    CORRESPONDENCE_ILLEGAL = "correspondence.illegal"
    CORRESPONDENCE_LIMIT = "correspondence.limit"
    CORRESPONDENCE_STATE = "correspondence.state"

    # envelope: the bytes are not a well-formed dispatch or receipt (docs/protocol.md section 3)
    ENVELOPE_DUPLICATE_KEY = "envelope.duplicate_key"
    ENVELOPE_FRAMING = "envelope.framing"
    ENVELOPE_NOT_JSON = "envelope.not_json"
    ENVELOPE_NOT_NFC = "envelope.not_nfc"
    ENVELOPE_NUMBER = "envelope.number"
    ENVELOPE_SHAPE = "envelope.shape"
    ENVELOPE_TEXT = "envelope.text"
    ENVELOPE_TOO_DEEP = "envelope.too_deep"
    ENVELOPE_TOO_LARGE = "envelope.too_large"
    ENVELOPE_TYPE = "envelope.type"
    ENVELOPE_VALUE = "envelope.value"
    ENVELOPE_VERSION = "envelope.version"

    # evidence: an evidence file or register extract that does not prove what it shows (section 17)
    EVIDENCE_ENTRY = "evidence.entry"
    EVIDENCE_FRAMING = "evidence.framing"
    EVIDENCE_KEY = "evidence.key"
    EVIDENCE_ORDER = "evidence.order"

    # key: a key that must not be used, or is not known (section 4)
    KEY_BAD = "key.bad"
    KEY_NOT_YET = "key.not_yet"
    KEY_REVOKED = "key.revoked"
    KEY_UNKNOWN = "key.unknown"
    KEY_WEAK = "key.weak"

    # keys: a statement of an agency's keys that must not replace the one before (section 12)
    KEYS_FORKED = "keys.forked"
    KEYS_FRAMING = "keys.framing"
    KEYS_KEY_TWICE = "keys.key_twice"
    KEYS_KEY_VANISHED = "keys.key_vanished"
    KEYS_NO_LIVE_KEY = "keys.no_live_key"
    KEYS_OTHER_AGENCY = "keys.other_agency"
    KEYS_POSSESSION = "keys.possession"
    KEYS_REPEATED = "keys.repeated"
    KEYS_REVIVED = "keys.revived"
    KEYS_ROLLBACK = "keys.rollback"
    KEYS_ROOT = "keys.root"
    KEYS_STRANGER = "keys.stranger"
    KEYS_TOO_FEW_SIGNATURES = "keys.too_few_signatures"

    # offer: what a station presents at enrolment (section 13)
    OFFER_AGENCIES = "offer.agencies"
    OFFER_KEY_TWICE = "offer.key_twice"
    OFFER_TOO_LARGE = "offer.too_large"

    # recovery: what an agency states to have lost (section 15)
    RECOVERY_KEY = "recovery.key"
    RECOVERY_NOTHING_LOST = "recovery.nothing_lost"
    RECOVERY_REGISTER = "recovery.register"
    RECOVERY_STREAM = "recovery.stream"

    # signature
    SIGNATURE_WRONG = "signature.wrong"

    # verify: well-formed and signed, yet not for us or not allowed (section 5)
    VERIFY_FILE_DIFFERENT = "verify.file_different"
    VERIFY_FILE_MISSING = "verify.file_missing"
    VERIFY_KIND_REFUSED = "verify.kind_refused"
    VERIFY_NOT_ADDRESSED = "verify.not_addressed"
    VERIFY_OTHER_DISPATCH = "verify.other_dispatch"
    VERIFY_OTHER_RECEIVER = "verify.other_receiver"
    VERIFY_REFERENCE_REUSED = "verify.reference_reused"
    VERIFY_SEQUENCE_REUSED = "verify.sequence_reused"
    VERIFY_UID_REUSED = "verify.uid_reused"

    # witness: two checkpoints that cannot be compared, or do not agree (section 14)
    WITNESS_NOT_GROWN = "witness.not_grown"
    WITNESS_OTHER_ORIGIN = "witness.other_origin"

    # register: a log, proof or checkpoint that does not hold (section 6)
    REGISTER_BAD_INDEX = "register.bad_index"
    REGISTER_CHAIN = "register.chain"
    REGISTER_CHECKPOINT = "register.checkpoint"
    REGISTER_LEAF = "register.leaf"
    REGISTER_NUMBER = "register.number"
    REGISTER_PROOF = "register.proof"
    REGISTER_SEQUENCE = "register.sequence"
    REGISTER_STATE = "register.state"

    # delivery: an event the state table does not allow (section 8)
    DELIVERY_ILLEGAL = "delivery.illegal"

    # territory: dated units that do not fit together
    TERRITORY_CYCLE = "territory.cycle"
    TERRITORY_SPAN = "territory.span"
    TERRITORY_UNKNOWN = "territory.unknown"

    @property
    def family(self) -> str:
        """The part before the dot."""
        return self.value.partition(".")[0]


class KernelError(Exception):
    """The kernel refuses. `code` says why, `values` are facts (str, int, bool or None) for logs and sentences."""

    def __init__(self, code: ErrorCode, **values: str | int | bool | None) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.code.value}({facts})"
