"""Who may send which kind to whom: small rules that compose, asked at step 11 of `verify`.

A rule returns or raises VERIFY_KIND_REFUSED. The permissive rule has a name that shows in a review.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from giaoban.kernel.envelope import Envelope
from giaoban.kernel.errors import ErrorCode, KernelError


class Policy(Protocol):
    """One rule about a dispatch that is well-formed and truly signed."""

    def check(self, dispatch: Envelope) -> None:
        """Return, or raise `KernelError`."""


@dataclass(frozen=True, slots=True)
class KnownKinds:
    """Only kinds that the receiver can act on."""

    kinds: frozenset[str]

    def check(self, dispatch: Envelope) -> None:
        """Raise VERIFY_KIND_REFUSED for any other kind."""
        if dispatch.kind not in self.kinds:
            raise KernelError(ErrorCode.VERIFY_KIND_REFUSED, kind=dispatch.kind)


@dataclass(frozen=True, slots=True)
class FromSenders:
    """Only these agencies may send kinds with this first word (`report`, `task`, …)."""

    family: str
    senders: frozenset[str]

    def check(self, dispatch: Envelope) -> None:
        """Raise VERIFY_KIND_REFUSED for the family from anybody else."""
        if dispatch.kind.partition(".")[0] == self.family and dispatch.sender not in self.senders:
            raise KernelError(ErrorCode.VERIFY_KIND_REFUSED, kind=dispatch.kind, sender=dispatch.sender)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every rule must agree."""

    rules: tuple[Policy, ...]

    def check(self, dispatch: Envelope) -> None:
        """Raise what the first rule that refuses raises."""
        for rule in self.rules:
            rule.check(dispatch)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One rule that agrees is enough; of none, nothing is allowed."""

    rules: tuple[Policy, ...]

    def check(self, dispatch: Envelope) -> None:
        """Raise VERIFY_KIND_REFUSED when every rule refuses."""
        for rule in self.rules:
            try:
                rule.check(dispatch)
            except KernelError:
                continue
            return
        raise KernelError(ErrorCode.VERIFY_KIND_REFUSED, kind=dispatch.kind)


class UnsafeAllowEverything:
    """For tools that only look: no rule at all."""

    def check(self, dispatch: Envelope) -> None:
        """Allow."""
