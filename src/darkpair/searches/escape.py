"""How often X2 of a three-body decay stays invisible: by its decay modes, or by leaving the detector."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.chains.models.channels import INVISIBLE_MODES, leaves_nothing
from darkpair.chains.widths import momentum, three_body_width
from darkpair.gen.data_files import changes_in_force
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array, Real

__all__ = [
    "INVISIBLE_MODES",
    "PAIRS",
    "both_invisible",
    "both_unseen",
    "escape_fraction",
    "invisible_branching_ratio",
    "invisible_fraction",
    "pairs_of",
    "two_body_escape",
    "two_body_invisible",
    "unseen_fraction",
]

#: Nodes of both angular averages on (-1, 1), and cosines of the azimuth of a boost, the nodes of Chebyshev's rule.
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(8)
_AZIMUTH: Final = np.cos((np.arange(8) + 0.5) * np.pi / 8.0)

#: Directions of a boost as points with weights: along what flies, and beside it.
_ALONG: Final = np.repeat(_NODE, len(_AZIMUTH))
_BESIDE: Final = np.outer(np.sqrt(1.0 - _NODE**2), _AZIMUTH).ravel()
_SHARE: Final = np.repeat(_WEIGHT, len(_AZIMUTH)) / (2.0 * len(_AZIMUTH))

#: Pairs that may stay unseen.
PAIRS: Final = ("X1 X1", "X1 X2", "X2 X2")


def pairs_of(model: Model, parent: str, daughter: str | None = None) -> tuple[str, ...]:
    """Modes of a model that are a pair, beside a daughter or alone.

    Parameters
    ----------
    model : Model
        The model.
    parent : str
        Name of what decays.
    daughter : str, optional
        Name of what is seen.
    """
    own = set(model.modes())
    words = [pair if daughter is None else f"{daughter} {pair}" for pair in PAIRS]
    return tuple(mode for mode in words if (parent, mode) in own)


def invisible_branching_ratio(model: Model) -> Array:
    """Branching ratio of X2 into nothing that is seen, the model's own and the added one; one if it is stable [1]."""
    modes = dict.fromkeys([*(mode for _, mode in model.modes("X2")), "invisible"])
    spelt = [mode for mode in INVISIBLE_MODES if mode in modes]
    others = [mode for mode in modes if mode not in spelt and leaves_nothing(mode)]
    partial = sum(model.partial_width("X2", mode) for mode in (*spelt, *others))
    total = model.width("X2")
    decays = total > 0.0
    return np.asarray(np.where(decays, partial / np.where(decays, total, 1.0), 1.0))


def escape_fraction(model: Model, parent: str, daughter: str, *, length: float, boost: float) -> Array:
    """Fraction of X2 of parent -> daughter X1 X2 that fly further than a length [1].

    The average over the squared amplitude, and over the direction of the parent's boost.

    Parameters
    ----------
    model : Model
        The model, whose X2 has a c tau and a mass.
    parent, daughter : str
        Names of the meson that decays and of the one beside the pair.
    length : float [mm]
        Flight path that leaves the detector.
    boost : float
        beta gamma of the parent [1].
    """
    try:
        return (_escaping if changes_in_force() else _kept)(model, parent, daughter, length, boost)
    except TypeError:  # (a stranger's model without a hash)
        return _escaping(model, parent, daughter, length, boost)


def _escaping(model: Model, parent: str, daughter: str, length: float, boost: float) -> Array:
    amplitude = model.matrix_element(parent, f"{daughter} X1 X2")
    m1, m2 = np.asarray(model.m1), np.asarray(model.m2)
    masses = particle(parent).mass, particle(daughter).mass
    gamma = np.sqrt(1.0 + boost**2)
    with np.errstate(divide="ignore"):
        rate = np.divide(length * m2, model.ctau("X2"))  # over the momentum: the number of decay lengths

    whole = model.partial_width(parent, f"{daughter} X1 X2")
    points = max(
        np.ndim(rate), np.ndim(whole)
    )  # dimensions of the model's points, behind those of both angles

    def escaping(q2: Array) -> Array:
        behind = max(points, np.ndim(q2))
        cosines = _NODE.reshape(-1, *(1,) * behind)
        root = np.sqrt(q2)
        k = np.sqrt(np.maximum((q2 - (m1 + m2) ** 2) * (q2 - (m1 - m2) ** 2), 0.0)) / (2.0 * root)
        e2 = np.sqrt(k**2 + m2**2)
        pair = (masses[0] ** 2 - masses[1] ** 2 + q2) / (2.0 * masses[0])
        recoil = np.sqrt(np.maximum(pair**2 - q2, 0.0))
        # the pair flies against the daughter, along which the first cosine is counted; the second is that of the boost
        cos, along = (_NODE.reshape(shape + (1,) * np.ndim(q2)) for shape in ((-1, 1), (1, -1)))
        energy = (pair * e2 - recoil * k * cos) / root
        momentum = np.sqrt(np.maximum(energy**2 - m2**2, 0.0))
        lab = (gamma * energy + boost * momentum * along) ** 2 - m2**2
        flown = np.sqrt(np.maximum(_padded(lab, behind), 1e-300))
        squared = 0.25 * _WEIGHT.reshape(cosines.shape) * amplitude(q2, cosines)
        terms = (_WEIGHT.reshape(cosines.shape) * squared[:, np.newaxis]) * np.exp(-rate / flown)
        # (one after the other, so that a point's sum is the same alone and among many)
        return np.asarray(np.add.accumulate(terms.reshape(-1, *terms.shape[2:]))[-1])

    part = three_body_width(*masses, m1, m2, escaping, elementwise=True)
    return np.asarray(np.divide(part, np.where(whole > 0.0, whole, 1.0)))


def _padded(of_angles: Array, points: int) -> Array:
    """An array of two angles, and perhaps of masses, with so many dimensions of a model's points."""
    angles, own = of_angles.shape[:2], of_angles.shape[2:]
    return of_angles.reshape(*angles, *(1,) * (points - len(own)), *own)


#: Several searches ask for the same fraction of a model.
_kept: Final = lru_cache(maxsize=16)(_escaping)


def two_body_escape(
    model: Model, mass: float, other: Real, own: Real, *, length: float, boost: float
) -> Array:
    """Fraction of X2 of M -> other X2 that fly further than a length [1], averaged over the direction of M's boost.

    Parameters
    ----------
    model : Model
        The model, whose X2 has a c tau.
    mass : float [GeV]
        Mass of M.
    other, own : float or ndarray [GeV]
        Masses of the other daughter and of X2.
    length : float [mm]
        Flight path that leaves the detector.
    boost : float
        beta gamma of M [1].
    """
    p, own = momentum(mass, other, own), np.asarray(own)
    energy, gamma = np.sqrt(np.square(p) + np.square(own)), np.sqrt(1.0 + boost**2)
    with np.errstate(divide="ignore"):
        rate = np.divide(length * own, model.ctau("X2"))
    total: Array = np.zeros(np.broadcast_shapes(np.shape(p), np.shape(rate)))
    for along, weight in zip(_NODE, _WEIGHT, strict=True):
        lab = gamma * energy + boost * p * along
        total = total + 0.5 * weight * np.exp(-rate / np.sqrt(np.maximum(lab**2 - own**2, 1e-300)))
    return np.asarray(total)


def both_invisible(model: Model, mass: float, *, length: float, boost: float) -> Array:
    """Fraction of M -> X2 X2 in which neither X2 is seen [1]: by its decays, or by its flight as in `two_body_escape`.

    Both fly back to back in the rest frame of M, so that one is slow where the other is fast.

    Parameters
    ----------
    model, mass, length, boost
        As in `two_body_escape`.
    """
    own = np.asarray(model.m2)
    p = momentum(mass, own, own)
    energy, gamma = np.sqrt(np.square(p) + np.square(own)), np.sqrt(1.0 + boost**2)
    unseen = invisible_branching_ratio(model)
    with np.errstate(divide="ignore"):
        rate = np.divide(length * own, model.ctau("X2"))
    total: Array = np.zeros(np.broadcast_shapes(np.shape(p), np.shape(rate)))
    for along, weight in zip(_NODE, _WEIGHT, strict=True):
        both: Array = np.ones(())
        for sign in (1.0, -1.0):
            lab = gamma * energy + sign * boost * p * along
            away = np.exp(-rate / np.sqrt(np.maximum(lab**2 - own**2, 1e-300)))
            both = both * (unseen + (1.0 - unseen) * away)
        total = total + 0.5 * weight * both
    return np.asarray(total)


def invisible_fraction(model: Model, parent: str, daughter: str, *, length: float, boost: float) -> Array:
    """Fraction of parent -> daughter X1 X2 in which X2 is not seen [1].

    References
    ----------
    arXiv:2005.07102, section IV.C, with the spectrum instead of a typical energy.
    """
    unseen = invisible_branching_ratio(model)
    away = escape_fraction(model, parent, daughter, length=length, boost=boost)
    return np.asarray(unseen + (1.0 - unseen) * away)


def two_body_invisible(
    model: Model, mass: float, other: Real, own: Real, *, length: float, boost: float
) -> Array:
    """Fraction of M -> other X2 in which X2 is not seen [1]: by its decays, or by its flight as in `two_body_escape`.

    Parameters
    ----------
    model, mass, other, own, length, boost
        As in `two_body_escape`.
    """
    unseen = invisible_branching_ratio(model)
    return np.asarray(
        unseen + (1.0 - unseen) * two_body_escape(model, mass, other, own, length=length, boost=boost)
    )


def both_unseen(model: Model, parent: str, daughter: str, *, length: float, boost: float) -> Array:
    """Fraction of parent -> daughter X2 X2 in which neither X2 is seen [1].

    The average over the squared amplitude, and over the direction of the parent's boost, of the product of both: where one is slow
    the other is fast.

    Parameters
    ----------
    model : Model
        The model, whose X2 has a c tau and a mass.
    parent, daughter : str
        Names of the meson that decays and of the one beside the pair.
    length : float [mm]
        Flight path that leaves the detector.
    boost : float
        beta gamma of the parent [1].
    """
    mode = f"{daughter} X2 X2"
    whole, unseen = model.partial_width(parent, mode), invisible_branching_ratio(model)
    if np.all(unseen == 1.0):
        return np.asarray(unseen)
    amplitude, mass = model.matrix_element(parent, mode), np.asarray(model.m2)
    heavy, light = particle(parent).mass, particle(daughter).mass
    gamma = np.sqrt(1.0 + boost**2)
    with np.errstate(divide="ignore"):
        rate = np.divide(length * mass, model.ctau("X2"))

    ones = (1,) * max(map(np.ndim, (rate, unseen, mass)))  # (directions stand before the model's points)
    direction, beside, share = (numbers.reshape(-1, *ones) for numbers in (_ALONG, _BESIDE, _SHARE))

    def away(energy: Array, along: Array) -> Array:
        lab = gamma * energy + boost * along
        return np.asarray(
            unseen + (1.0 - unseen) * np.exp(-rate / np.sqrt(np.maximum(lab**2 - mass**2, 1e-300)))
        )

    def neither(q2: Array) -> Array:
        root = np.sqrt(q2)
        own = np.sqrt(np.maximum(q2 / 4.0 - mass**2, 0.0))
        pair = (heavy**2 - light**2 + q2) / (2.0 * heavy)
        recoil = np.sqrt(np.maximum(pair**2 - q2, 0.0))
        total: Array = np.zeros(np.broadcast_shapes(np.shape(q2), np.shape(rate)))
        for cos, weight in zip(_NODE, _WEIGHT, strict=True):
            # momenta in the parent's frame along the pair's flight, and beside it; the daughter flies against it
            across = own * np.sqrt(1.0 - cos**2)
            flights = [
                ((pair / 2.0 + sign * recoil * own * cos / root), (recoil / 2.0 + sign * pair * own * cos / root), sign * across)
                for sign in (1.0, -1.0)
            ]  # fmt: skip
            squared = 0.5 * weight * amplitude(q2, -cos)
            both = [away(e, along * direction + cross * beside) for e, along, cross in flights]
            total = total + squared * (share * both[0] * both[1]).sum(axis=0)
        return total

    part = three_body_width(heavy, light, mass, mass, neither)
    return np.asarray(np.divide(part, np.where(whole > 0.0, whole, 1.0)))


def unseen_fraction(model: Model, parent: str, mode: str, *, length: float, boost: float) -> Array:
    """Fraction of a meson and a pair in which the meson alone is seen [1].

    Parameters
    ----------
    model : Model
        The model.
    parent, mode : str
        The decay, "K+ X1 X2", with any pair.
    length : float [mm]
        Flight path that leaves the detector.
    boost : float
        beta gamma of the parent [1].
    """
    daughter, *pair = mode.split()
    number = pair.count("X2")
    if number == 0:
        return np.ones(())
    fraction = both_unseen if number > 1 else invisible_fraction
    return fraction(model, parent, daughter, length=length, boost=boost)
