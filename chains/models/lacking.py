"""What a portal alone lacks: one that makes no pair, or lets X2 not decay, is combined with one that does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.chains.models import MODELS

if TYPE_CHECKING:
    from darkpair.chains.models.portal import Portal

__all__ = ["lacking"]

#: Combinations that are named.
_SHOWN: Final = 2


def lacking(model: Portal, name: str) -> str:
    """What a model lacks for events in which X2 is made and decays, and what to combine it with, in one line; empty for nothing.

    Parameters
    ----------
    model : Model
        The portal, or a combination of several.
    name : str
        Name by which it was asked for.
    """
    if not _makes_pairs(model.modes()):
        partners = [other for other, modes in _alike(model) if _makes_pairs(modes)]
        what = "makes no pair, it has decays of X2 alone; combine it with a portal that makes X2"
        return f"{name} {what}{_as_in(f'{other}+{name}' for other in partners)}"
    if not np.any(np.asarray(model.width("X2")) > 0.0):
        partners = [other for other, modes in _alike(model) if not _makes_pairs(modes)]
        what = "keeps X2 whole here, so that no detector sees it; combine it with a portal in which X2 decays"
        return f"{name} {what}{_as_in(f'{name}+{other}' for other in partners)}"
    return ""


def _makes_pairs(modes: Iterable[tuple[str, str]]) -> bool:
    return any(parent != "X2" for parent, _ in modes)


def _alike(model: Portal) -> list[tuple[str, list[tuple[str, str]]]]:
    """Models of the package whose X1 and X2 have the same spin, with their decays."""
    classes = [(name, MODELS.factory(name)) for name in MODELS.ours]
    return [(name, list(made.MODES)) for name, made in classes if model.fermions() == made.FERMIONS]


def _as_in(names: Iterable[str]) -> str:
    return f", as in {' or '.join(list(names)[:_SHOWN])}"
