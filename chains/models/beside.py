"""Channels of a meson whose production is seen itself: the pi0 or the photon beside X1 and X2, and where each X2 ends."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.chains.models.channels import OUTSIDE, UNSEEN, Channel, photon_channels, visible_modes

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model

__all__ = [
    "any_beside",
    "channels_beside",
    "decays_inside",
    "flying_channels",
    "open_beside",
    "photons_of",
    "productions_beside",
]

#: Photons of what is seen of a production, or of a mode of X2.
_PHOTONS: Final = {"gamma": 1, "pi0": 2}

#: Dark states of a production: with more than two X2 it has no channel.
_DARK: Final = ("X1", "X2")
_MOST: Final = 2

#: Photons of a pi0.
_PION: Final = 2


def photons_of(mode: str) -> int | None:
    """Photons that a production, or a mode of X2, leaves; None for one that leaves anything else.

    Parameters
    ----------
    mode : str
        As in ``model.modes()``: 2 of "pi0 X1 X2", 1 of "X1 gamma", none of "X1 e+ e-".
    """
    seen = [word for word in mode.split() if word not in _DARK]
    return sum(_PHOTONS[word] for word in seen) if set(seen) <= set(_PHOTONS) else None


def productions_beside(model: Model, parent: str, photons: int) -> tuple[str, ...]:
    """Productions of a parent with dark states, and so many photons beside them.

    Of one photon and one dark state there is none: no scalar is made so.

    Parameters
    ----------
    model : Model
        Its points.
    parent : str
        Name of what decays.
    photons : int
        Photons, those of a pi0 too.
    """
    made = []
    for _, production in model.modes(parent):
        words = production.split()
        dark = sum(word in _DARK for word in words)
        alone = words[0] == "gamma" and len(words) == _MOST
        if dark and not alone and words.count("X2") <= _MOST and photons_of(production) == photons:
            made.append(production)
    return tuple(made)


def flying_channels(parent: str, production: str) -> tuple[Channel, ...]:
    """Channels of a production of which all that is seen is made with it: each X2 is unseen, or decays beyond the detector.

    Parameters
    ----------
    parent, production : str
        As in ``model.modes()``.
    """
    number = production.split().count("X2")
    ways = combinations_with_replacement((OUTSIDE, UNSEEN), number)
    return tuple(Channel(parent=parent, production=production, modes=way) for way in ways)


def open_beside(model: Model, photons: int, parent: str = "K_L0") -> Iterator[Channel]:
    """Channels of productions with so many photons, of which nothing else is seen, that are open at any point.

    Parameters
    ----------
    model : Model
        Its points.
    photons : int
        Photons that are made beside the dark states.
    parent : str
        Name of what decays.
    """
    seen = visible_modes(model)
    for production in productions_beside(model, parent, photons):
        for channel in flying_channels(parent, production):
            if np.any(channel.rate(model, seen) > 0.0):
                yield channel


def any_beside(model: Model, parent: str = "K_L0") -> bool:
    """Whether a model has a channel of `channels_beside`, or an open one with two photons beside the dark states, at any point.

    Parameters
    ----------
    model : Model
        Its points.
    parent : str
        Name of what decays.
    """
    return any(True for _ in open_beside(model, _PION, parent)) or any(
        True for _ in channels_beside(model, parent)
    )


def decays_inside(channel: Channel) -> int | None:
    """How few X2 of a channel have to decay inside for two photons and nothing else to be seen; None where that is not.

    Parameters
    ----------
    channel : Channel
        The channel.
    """
    made = photons_of(channel.production)
    photons = [None if mode in (UNSEEN, OUTSIDE) else photons_of(mode) for mode in channel.modes]
    fewest = None
    for inside in product((False, True), repeat=len(photons)):
        own = [number for number, here in zip(photons, inside, strict=True) if here]
        if made is not None and None not in own and made + sum(filter(None, own)) == _PION:
            fewest = min(sum(inside), _MOST if fewest is None else fewest)
    return fewest


def channels_beside(model: Model, parent: str = "K_L0") -> Iterator[Channel]:
    """Channels in which the photons of X2, with one that is made beside it perhaps, may be the two of a pi0.

    But for those of `photon_channels`, K_L -> X1 X2, X2 -> X1 pi0 and those that need no decay inside, which are
    `flying_channels`.  What X2 does may be anything that is seen: it may fly out.

    Parameters
    ----------
    model : Model
        Its points.
    parent : str
        Name of what decays.
    """
    others = {
        Channel(parent=parent, production="X1 X2", modes=("X1 pi0",)),
        *(channel for channel in photon_channels(model) if channel.parent == parent),
    }
    modes = sorted(visible_modes(model))
    for photons in range(_PION):
        for production in productions_beside(model, parent, photons):
            number = production.split().count("X2")
            for way in combinations_with_replacement([*modes, UNSEEN], number):
                if set(way) <= {UNSEEN} and photons == 0:
                    continue
                channel = Channel(parent=parent, production=production, modes=way)
                if channel not in others and decays_inside(channel):
                    yield channel
