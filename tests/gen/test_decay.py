"""Decays: angular distributions in the rest frame, closure, mass shells, refusals.

Statistical tests: one million decays (a quarter for bare directions), fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

from darkpair import Parents, build
from darkpair.gen.decay import Decay, Mode
from darkpair.gen.directions import direction
from darkpair.gen.errors import ClosedChannelError, InputError
from darkpair.gen.kinematics import boost
from darkpair.gen.particles import particle
from darkpair.gen.sources.gun import Gun
from darkpair.gen.streams import Streams

if TYPE_CHECKING:
    from darkpair.gen.decay import FourVector, ManyBodyThrow, TwoBody
    from darkpair.gen.directions import Vector3

N = 10**6


def flying(name: str, momentum: float | tuple[float, float], mass: float | None = None) -> FourVector:
    gun = Gun(parent=name, momentum=momentum, cone=3.0, mass=mass)
    x, y, z, e = gun.sample(N, Streams(51).rng("gun")).momentum
    return x, y, z, e


def at_rest(vector: FourVector, parent: FourVector, mass: float) -> Vector3:
    """Unit vector of a particle in its parent's rest frame."""
    x, y, z, _ = boost(-parent[0], -parent[1], -parent[2], parent[3], mass, *vector)
    norm = np.sqrt(x * x + y * y + z * z)
    return x / norm, y / norm, z / norm


def generator(decay: Decay) -> TwoBody | ManyBodyThrow:
    """Of the first mode, whose masses are fixed."""
    (found, *_) = decay.generators
    assert found is not None
    return found


@pytest.mark.parametrize("momentum", [0.0, (0.5, 5.0), 400.0], ids=["at rest", "kaon beam", "400 GeV"])
@pytest.mark.parametrize("heavy", [0.0, 0.2])
def test_two_body_decays_are_isotropic(momentum: float | tuple[float, float], heavy: float) -> None:
    eta = particle("eta")
    decay = Decay(eta, (Mode((particle("X1", mass=0.1), particle("X2", mass=heavy))),))
    parent = flying("eta", momentum)
    (first, second), weights = generator(decay).throw(Streams(52).rng(f"{momentum}{heavy}"), parent, None)
    assert weights == {}
    x, y, z = at_rest(first, parent, eta.mass)
    counts, _, _ = np.histogram2d(
        z, np.arctan2(y, x), (np.linspace(-1, 1, 21), np.linspace(-np.pi, np.pi, 21))
    )
    assert stats.chisquare(counts.ravel()).pvalue > 1e-6
    # closure and mass shells, relative to the energies at hand
    for i in range(4):
        np.testing.assert_allclose(first[i] + second[i], parent[i], rtol=0, atol=1e-12 * parent[3].max())
    for (px, py, pz, e), mass in ((first, 0.1), (second, heavy)):
        assert (np.abs(e * e - px * px - py * py - pz * pz - mass * mass) < 1e-13 * e * parent[3]).all()


@pytest.mark.parametrize("slope", [0.85, -0.85, 1.0])
@pytest.mark.parametrize("momentum", [0.0, 400.0], ids=["at rest", "400 GeV"])
def test_slope_about_the_flight_axis(slope: float, momentum: float) -> None:
    x1, pi0 = particle("psi1", mass=0.05), particle("pi0")
    x2 = particle("psi2", mass=0.35, ctau=0.0)
    kaon = particle("K_L0")
    upper = generator(Decay(kaon, (Mode((x1, x2)),)))
    lower = generator(Decay(x2, (Mode((x1, pi0), slope=slope),)))
    mother = flying("K_L0", momentum)
    parent = upper.throw(Streams(53).rng("upper"), mother, None)[0][1]
    daughter = lower.throw(Streams(53).rng(f"lower {slope}"), parent, mother)[0][1]
    # the axis: where the psi2 flies in the kaon's frame, parallel to the kaon's flight seen backwards from psi2
    away = at_rest(mother, parent, x2.mass)
    here = at_rest(daughter, parent, x2.mass)
    cosine = -(away[0] * here[0] + away[1] * here[1] + away[2] * here[2])
    assert stats.kstest(cosine.clip(-1, 1), lambda c: (1 + c) / 2 + slope * (c * c - 1) / 4).pvalue > 1e-6
    # in the rest frame of a kaon at rest this is the angle to the psi2 itself, by the energy of the pi0
    if momentum == 0.0:
        ex, ey, ez = (parent[i] / np.sqrt(sum(parent[j] ** 2 for j in range(3))) for i in range(3))
        np.testing.assert_allclose(cosine, ex * here[0] + ey * here[1] + ez * here[2], atol=1e-9)
        assert np.sign(np.corrcoef(cosine, daughter[3])[0, 1]) > 0  # forwards is fast


@pytest.mark.parametrize("slope", [0.0, 0.3, -1.0])
def test_direction_about_an_axis(slope: float) -> None:
    rng = Streams(54).rng(f"{slope}")
    axis = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [-0.6, 0.0, -0.8]]).T
    which = np.arange(N // 4) % 4
    ax, ay, az = axis[:, which]
    x, y, z = direction(rng, (ax, ay, az), slope)
    np.testing.assert_allclose(x * x + y * y + z * z, 1.0, atol=1e-12)
    cosine = ax * x + ay * y + az * z
    for i in range(4):
        assert (
            stats.kstest(
                cosine[which == i].clip(-1, 1), lambda c: (1 + c) / 2 + slope * (c * c - 1) / 4
            ).pvalue
            > 1e-6
        )
        # no azimuth about the axis is preferred: the transverse part points anywhere
        u = np.array([0.0, 1.0, 0.0])
        v = np.cross(axis[:, i], u)
        here = np.stack([x, y, z])[:, which == i]
        assert stats.kstest(np.arctan2(u @ here, v @ here), "uniform", args=(-np.pi, 2 * np.pi)).pvalue > 1e-6


def test_a_slope_needs_a_mother() -> None:
    lower = generator(Decay(particle("K_L0"), (Mode((particle("pi0"), particle("pi0")), slope=0.5),)))
    with pytest.raises(InputError, match="a slope about the flight axis needs a mother; the first particle"):
        lower.throw(Streams(1).rng("x"), flying("K_L0", 1.0), None)


GAMMA = particle("gamma")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"daughters": (GAMMA,)}, "a decay to 1 particle; allowed: two or more daughters"),
        ({"branching_ratio": -0.1}, "branching ratio = -0.1; allowed: 0 to 1"),
        ({"branching_ratio": float("nan")}, "branching ratio = nan; allowed: 0 to 1"),
        ({"slope": 1.5}, "slope = 1.5 of an angular distribution; allowed: -1 to 1"),
        ({"slope": float("nan")}, "slope = nan"),
        ({"matrix_element": lambda q2, c: q2 + c}, "a matrix element with 2 daughters; allowed: three"),
        ({"daughters": (GAMMA,) * 3, "slope": 0.5}, "a slope with 3 daughters; allowed: two"),
    ],
    ids=["one daughter", "negative", "NaN", "steep", "NaN slope", "matrix element", "three bodies"],
)
def test_bad_modes(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Mode(**({"daughters": (GAMMA, GAMMA)} | settings))


def test_bad_decays() -> None:
    pi0, kaon = particle("pi0"), particle("K_L0")
    with pytest.raises(
        InputError, match=r"the branching ratios of pi0 add up to 1\.2; allowed: more than 0, at most 1"
    ):
        Decay(pi0, (Mode((GAMMA, GAMMA), branching_ratio=0.6),) * 2)
    with pytest.raises(InputError, match="the branching ratios of pi0 add up to 0"):
        Decay(pi0, ())
    x1, x2 = particle("X1", mass=0.2), particle("X2", mass=0.3)
    with pytest.raises(
        ClosedChannelError, match=r"^K_L0 -> X1 X2 is closed: the daughters weigh 0.2 \+ 0.3 = 0.5 GeV"
    ):
        Decay(kaon, (Mode((x1, x2)),))


@pytest.mark.parametrize("slope", [0.9, -1.0])
def test_sisters_that_look_at_each_other(slope: float) -> None:
    """Cosine between the two photons of K_L -> psi2 psi2~, each in its psi's rest frame: (1 + slope c)/2.

    Each photon alone is isotropic.  Failure rate 1e-6 for each of the three KS tests.
    """
    chain = build(
        "K_L0 -> (psi2 -> psi1 gamma) (psi2~ -> psi1~ gamma)",
        mass={"psi2": 0.2, "psi2~": 0.2, "psi1": 0.05, "psi1~": 0.05},
        modes={
            ("psi2", ("psi1", "gamma")): {"slope": slope, "axis": "sister"},
            ("psi2~", ("psi1~", "gamma")): {"slope": slope, "axis": "sister"},
        },
    )
    n = 1_000_000
    momentum = np.zeros((4, n))
    momentum[0], momentum[2] = 0.3, 2.0  # not along an axis
    momentum[3] = np.sqrt(momentum[0] ** 2 + momentum[2] ** 2 + 0.497611**2)
    still = np.zeros((4, n))
    parents = Parents(pdgid=130, momentum=momentum, vertex=still, decay_vertex=still)
    batch = chain.batch(parents, Streams(4))
    (part,) = batch.parts
    where = {role: part.momentum[:, i] for role, i in part.topology.roles.items()}

    def at_rest(frame: Any, mass: float, vector: Any) -> Any:
        return boost(-frame[0], -frame[1], -frame[2], frame[3], mass, *vector)

    def direction_of(psi: str, photon: str) -> Any:
        mother = where["K_L0"]
        in_kaon = [at_rest(mother, 0.497611, where[x]) for x in (psi, photon)]
        x, y, z, _ = at_rest(in_kaon[0], 0.2, in_kaon[1])
        return np.stack([x, y, z]) / np.sqrt(x * x + y * y + z * z)

    one, two = direction_of("psi2", "gamma_1"), direction_of("psi2~", "gamma_2")
    cosine = (one * two).sum(axis=0)
    law = lambda c: (c + 1.0) / 2.0 + slope * (c * c - 1.0) / 4.0
    assert stats.kstest(cosine, law).pvalue > 1e-6
    for unit in (one, two):
        assert stats.kstest(unit[2], stats.uniform(-1.0, 2.0).cdf).pvalue > 1e-6
