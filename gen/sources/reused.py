"""Parents of a file that are used several times, and turned about the beam.

What collides head on along z without polarisation has no azimuth of its own: an event turned as a whole about the z axis,
every momentum and every place in it, is as likely as the event itself. Each use of a parent has an azimuth of its own, all of
them at equal steps from a first one that is drawn uniformly: each is uniform, so that no mean changes, and they share the
circle evenly, which leaves less spread than independent ones.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array
from darkpair.gen.originals import Originals
from darkpair.gen.uniforms import uniforms

__all__ = ["azimuths", "repeated", "turned"]


def repeated(originals: Originals, uses: int) -> Originals:
    """The same, each parent so many times, one after the other; events are there once."""
    if uses == 1:
        return originals
    return replace(originals, rows=np.repeat(originals.rows, uses), parent=np.repeat(originals.parent, uses))


def azimuths(n: int, uses: int, rng: np.random.Generator) -> Array:
    """Angles by which n successive uses are turned, (n,) [rad], from 0 to 2 pi.

    Parameters
    ----------
    n : int
        Number of uses; the last parent may have fewer than the others.
    uses : int
        How many each parent has.
    rng : numpy.random.Generator
        Generator of the first angle of each parent.
    """
    first = uniforms(rng, -(-n // uses))
    turns = first[:, None] + np.arange(uses) / uses
    return math.tau * (turns % 1.0).ravel()[:n]


def turned(originals: Originals, angle: Array) -> Originals:
    """Each parent's event turned as a whole about the z axis, with the angle as its number ``azimuth``.

    Parameters
    ----------
    originals : Originals, (n,)
        Parents, of which several may be in one event.
    angle : ndarray, (n,) [rad]
        Angle of each, from x to y.
    """
    apart = originals.apart()
    each = np.repeat(angle, np.diff(apart.offsets))
    particles = dict(apart.particles)
    for x, y in (("px", "py"), ("vx", "vy")):
        if x in particles or y in particles:
            particles[x], particles[y] = _rotated(particles.get(x), particles.get(y), each)
    if "phi" in particles:
        phi = particles["phi"]
        particles["phi"] = _wrapped(phi.astype(np.float64) + each).astype(phi.dtype)
    return replace(apart, particles=particles, events=apart.events | {"azimuth": angle})


def _rotated(x: NDArray[Any] | None, y: NDArray[Any] | None, angle: Array) -> tuple[Array, Array]:
    """Components after the turn; one that a file does not have is 0."""
    cosine, sine = np.cos(angle), np.sin(angle)
    a, b = (np.zeros(len(angle)) if c is None else c.astype(np.float64) for c in (x, y))
    return a * cosine - b * sine, a * sine + b * cosine


def _wrapped(angle: Array) -> Array:
    """The same angles from -pi to pi [rad]."""
    return angle - math.tau * np.round(angle / math.tau)
