"""A sampler is kept for the values that it is made of, and for the package's own elements alone; its tables may wait."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from darkpair import Decay, Mode, particle
from darkpair.chains.matrix_elements import PowerAmplitude
from darkpair.chains.models import ZPrimeDirac, ZPrimeScalar
from darkpair.gen.errors import ClosedChannelError, InputError
from darkpair.gen.kept_samplers import three_body_sampler
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.phase_space import ThreeBody
from darkpair.gen.streams import Streams

MASSES = (0.1349768, 0.02, 0.09)


def somebody_s(q2: Real, cosine: Real) -> Array:
    """Flat."""
    return np.asarray(q2 * 0.0 + 1.0 + cosine * 0.0)


def test_equal_values_share_a_sampler_and_others_do_not() -> None:
    first = three_body_sampler(0.497611, MASSES, None)
    assert first.matrix_element is None
    made = [three_body_sampler(0.497611, MASSES, somebody_s) for _ in range(2)]
    assert made[0] is not made[1]
    elements = [
        ZPrimeScalar(m1=0.02, m2=m2, G_X=1e-5).matrix_element("K_L0", "pi0 X1 X2")
        for m2 in (0.09, 0.09, 0.08)
    ]
    ours = [three_body_sampler(0.497611, MASSES, element) for element in elements]
    assert elements[0] is not elements[1]
    assert ours[0] is ours[1]
    assert ours[0] is not ours[2]


def light(parent: str, mode: str, m2: float = 0.11) -> Any:
    return ZPrimeDirac(m1=0.02, m2=m2, G_X=1e-5, c_A=0.7).matrix_element(parent, mode)


#: Masses [GeV] and squared matrix element; None is flat.
SOUND: dict[str, tuple[float, tuple[float, ...], Any]] = {
    "flat": (0.497611, MASSES, None),
    "current": (0.11, (0.02, 0.000511, 0.000511), light("X2", "X1 e+ e-")),
    "transition": (0.493677, (0.13957, 0.02, 0.11), light("K+", "pi+ X1 X2")),
    "massless": (0.11, (0.02, 0.0, 0.0), light("X2", "X1 nu nubar")),
}


@pytest.mark.parametrize("name", list(SOUND))
def test_tables_that_waited_are_those_made_at_once(name: str) -> None:
    mass, masses, element = SOUND[name]
    sampler = three_body_sampler(mass, masses, element)
    assert "_tables" not in vars(sampler)
    sent = pickle.loads(pickle.dumps(three_body_sampler(mass, masses, element)))
    assert "_tables" in vars(sent)
    at_once = ThreeBody(mass, masses, element)
    assert "_tables" in vars(at_once)
    drawn = [each.sample(Streams(5).rng(name), 4000) for each in (sampler, sent, at_once)]
    for other in drawn[1:]:
        for own, theirs in zip(drawn[0], other, strict=True):
            np.testing.assert_array_equal(own, theirs)
    q2 = np.linspace((masses[1] + masses[2]) ** 2, (mass - masses[0]) ** 2, 7)[1:-1]
    np.testing.assert_array_equal(sampler.density(q2, np.full(5, 0.3)), at_once.density(q2, np.full(5, 0.3)))


def negative(q2: Real, cosine: Real) -> Array:
    """Below zero at one end of the cosine only."""
    return np.asarray(q2 * 0.0 + 1.0 + 1.2 * cosine)


@pytest.mark.parametrize(
    ("element", "said"),
    [
        (lambda: negative, "negative, infinite or NaN"),
        (lambda: PowerAmplitude(strength=-1.0, power=1), "negative"),
        (lambda: PowerAmplitude(strength=float("nan"), power=1), "finite"),
        (lambda: PowerAmplitude(strength=0.0, power=1), "vanishes everywhere"),
    ],
    ids=["somebody's", "negative", "NaN", "zero"],
)
def test_what_is_wrong_is_refused_when_the_decay_is_made(element: Callable[[], Any], said: str) -> None:
    modes = (Mode((particle("X1", mass=0.02), particle("e+"), particle("e-")), matrix_element=element()),)
    with pytest.raises(InputError, match=said):
        Decay(particle("X2", mass=0.11), modes)


def test_a_closed_decay_is_refused_when_it_is_made() -> None:
    with pytest.raises(ClosedChannelError, match="X2"):
        Decay(
            particle("X2", mass=0.11),
            (Mode((particle("X1", mass=0.02), particle("mu+"), particle("mu-"))),),
        )
