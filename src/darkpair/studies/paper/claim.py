"""A statement in words of arXiv:2005.07102, beside what is computed for it."""

from __future__ import annotations

from dataclasses import dataclass

from darkpair.gen.errors import InputError

__all__ = ["Claim"]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One statement in words.

    Parameters
    ----------
    place : str
        Section or equation.
    claim : str
        What the paper says.
    paper : str
        Its number or bound, where it gives one.
    ours : str
        What is computed, a template of `values`.
    values : tuple of float
        Numbers of the template.
    holds : bool, optional
        Computed from them; None where nothing is computed.
    reason : str
        Why nothing is computed, why it does not hold with the paper's inputs, or what the number means.
    """

    place: str
    claim: str
    ours: str = ""
    holds: bool | None
    paper: str = ""
    values: tuple[float, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if self.holds is None and not self.reason:
            raise InputError(
                f"the claim {self.claim!r} is not computed, without a reason; allowed: a reason; give one"
            )

    @classmethod
    def not_computed(cls, place: str, claim: str, reason: str, paper: str = "") -> Claim:
        """A statement that nothing here can check, with the reason."""
        return cls(place=place, claim=claim, holds=None, paper=paper, reason=reason)

    @property
    def text(self) -> str:
        """What is computed, in words."""
        return self.ours.format(*self.values)

    @property
    def verdict(self) -> str:
        """In a word or two."""
        if self.holds is None:
            return "not computed"
        return "holds" if self.holds else "does not hold"
