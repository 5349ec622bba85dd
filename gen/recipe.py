"""How the daughters of a mode are made, in words: what `list`, `inspect` and every file's provenance say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from darkpair.gen.phase_space import MatrixElement

__all__ = ["ISOTROPIC", "PHASE_SPACE", "recipe", "summary_of"]

#: Of three and more daughters without a matrix element.
PHASE_SPACE: Final = "phase space"

#: Of two daughters whose directions nothing prefers.
ISOTROPIC: Final = "two-body, isotropic"


#: Of a decay that follows the polarisation which the decay before gave.
SPIN: Final = "1 + P.A with its spin"


def recipe(
    daughters: int,
    *,
    summary: str | None = None,
    slope: float = 0.0,
    axis: str = "flight",
    spin: bool = False,
    alignment: str | None = None,
) -> str:
    """How a mode is made.

    Parameters
    ----------
    daughters : int
        How many daughters the mode has.
    summary : str, optional
        What the mode's matrix element is, if it has one.
    slope, axis : float, str
        Slope of the mode's density, and the direction that it is about, as of `darkpair.gen.decay.Mode`.
    spin : bool
        Whether the mode has an analyser.
    alignment : str, optional
        Kind of the law (`darkpair.gen.alignment`) where a resonance's mother aligns it.
    """
    if daughters == 2 and slope:
        return f"two-body, 1 {slope:+.4g} cos to the {axis}"
    if daughters == 2 and alignment:
        return f"two-body, {alignment}"
    if daughters == 2:
        return f"two-body, {SPIN}" if spin else ISOTROPIC
    made = PHASE_SPACE if summary is None else f"matrix element: {summary}"
    return f"{made}; {SPIN}" if spin else made


def summary_of(matrix_element: MatrixElement) -> str:
    """What a matrix element is and where it comes from; of a function that does not say, its name."""
    summary = getattr(matrix_element, "summary", None)
    if isinstance(summary, str):
        return summary
    kind = matrix_element if hasattr(matrix_element, "__qualname__") else type(matrix_element)
    return f"{kind.__module__}.{kind.__qualname__}"
