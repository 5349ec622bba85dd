"""Numbers of a message in as few digits as tell them apart: "400 GeV; allowed: 400 GeV" helps nobody."""

from __future__ import annotations

from typing import Final

__all__ = ["apart"]

#: Digits that tell any two doubles apart.
_ALL: Final = 17


def apart(*numbers: float, digits: int = 6) -> tuple[str, ...]:
    """Texts of numbers that a message compares: rounded, with as many digits more as make different ones differ.

    Parameters
    ----------
    *numbers : float
        What was given, and what is allowed.
    digits : int
        Digits that are enough elsewhere.

    Examples
    --------
    >>> apart(450.0, 70.0, 400.0)
    ('450', '70', '400')
    >>> apart(400.0000001, 70.0, 400.0)
    ('400.0000001', '70', '400')
    """
    values = [float(number) + 0.0 for number in numbers]  # (+ 0: no -0)
    different = len({repr(value) for value in values})  # (NaN is like itself here)
    texts: list[str] = []
    for length in range(digits, _ALL + 1):
        texts = [f"{value:.{length}g}" for value in values]
        if len({repr(float(text)) for text in texts}) >= different:  # (two texts may be read as one number)
            break
    return tuple(texts)
