"""What stops kaons, of every detector file that says so: limits and order in c tau and lambda, an integral, and what is refused."""

from __future__ import annotations

import math
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from darkpair.detectors.absorbers import absorber_of, absorber_of_data
from darkpair.detectors.data_file import detector_data
from darkpair.gen.absorption import LONG_LIVED, Absorber, BeforeAbsorption
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.region import Cylinder, Slab

_FOLDERS = (("darkpair.detectors", "data"), ("darkpair.searches", "data/detectors"))


def absorbers() -> dict[str, Absorber]:
    """Absorbers of the package's detector files, by the file's name."""
    out = {}
    for package, folder in _FOLDERS:
        for path in sorted(Path(str(files(package).joinpath(folder))).glob("*.toml")):
            if (absorber := absorber_of_data(detector_data(str(path)), path.name)) is not None:
                out[path.stem] = absorber
    return out


ABSORBERS = absorbers()
EVERY = pytest.mark.parametrize("name", sorted(ABSORBERS))


def chances(absorber: Absorber, ctau: float, longer: float = 1.0) -> Array:
    """Probabilities of kaons of 1 to 300 GeV at 0 to 300 mrad to decay before they interact (16,)."""
    law = BeforeAbsorption(
        ctau=ctau, interaction_length=longer * absorber.interaction_length, pipe=absorber.pipe
    )
    energy, angle = (part.ravel() for part in np.meshgrid([1.0, 8.8, 50.0, 300.0], [0.0, 0.003, 0.03, 0.3]))
    mass = particle("K_L0").mass
    size, origin = np.sqrt(energy**2 - mass**2), np.zeros(energy.size)
    momentum = size * np.sin(angle), np.zeros(energy.size), size * np.cos(angle)
    return law.probability(momentum, mass, (origin, origin, origin))


def test_who_has_matter() -> None:
    """The files whose targets' kaons are asked for; a new one is taken up by the laws below."""
    assert {"charm", "nucal", "dune_nd", "ship", "bebc", "na62_dump", "darkquest"} <= set(ABSORBERS)


@EVERY
def test_limits(name: str) -> None:
    """Nobody flies (c tau -> 0) or no matter (lambda -> inf): all decay. Matter alone (lambda -> 0): what the pipe leaves, or none."""
    absorber, ctau = ABSORBERS[name], particle("K_L0").ctau
    assert chances(absorber, 1e-30) == pytest.approx(1.0, abs=1e-12)
    assert chances(absorber, ctau, longer=1e30) == pytest.approx(1.0, abs=1e-12)
    left = chances(absorber, ctau, longer=1e-30)
    if absorber.pipe is None:
        assert np.all((left > 0.0) & (left < 1e-20))
    else:
        assert left == pytest.approx(1.0 - np.exp(-free_ways(absorber, ctau)), rel=1e-9)


def free_ways(absorber: Absorber, ctau: float) -> Array:
    """Ways through the pipe over the mean decay length, as `chances` has them, by plane geometry."""
    assert isinstance(absorber.pipe, Cylinder)
    energy, angle = (part.ravel() for part in np.meshgrid([1.0, 8.8, 50.0, 300.0], [0.0, 0.003, 0.03, 0.3]))
    side = absorber.pipe.radius / np.maximum(np.sin(angle), 1e-300)
    ways = np.minimum(absorber.pipe.z_max / np.cos(angle), side)
    mass = particle("K_L0").mass
    return np.asarray(ways / (np.sqrt(energy**2 - mass**2) / mass * ctau))


@EVERY
def test_order(name: str) -> None:
    """A longer life decays less often before it interacts, thinner matter lets more decay, at every energy and angle."""
    absorber, ctau = ABSORBERS[name], particle("K_L0").ctau
    by_life = np.array([chances(absorber, ctau * step) for step in np.geomspace(1e-6, 1e6, 25)])
    # (where a pipe lets all decay, the number is 1)
    assert np.all((np.diff(by_life, axis=0) < 0.0) | (by_life[1:] > 1.0 - 1e-12))
    assert np.all(by_life[-1] < 0.05)
    by_matter = np.array([chances(absorber, ctau, step) for step in np.geomspace(1e-6, 1e6, 25)])
    assert np.all(np.diff(by_matter, axis=0) > 0.0)
    for rows in (by_life, by_matter):
        assert np.all((rows > 0.0) & (rows <= 1.0))


@EVERY
@pytest.mark.parametrize("kaon", ["K_L0", "K_S0", "K+"])
def test_the_integral(name: str, kaon: str) -> None:
    """Along the axis: the density of decays times the chance not to have interacted, integrated by QUADPACK over the proper way."""
    absorber = ABSORBERS[name]
    law = absorber.law(kaon)
    assert law is not None
    assert law.ctau > LONG_LIVED
    mass = particle(kaon).mass
    zero = np.zeros(1)
    for momentum in (2.0, 20.0, 200.0):
        mean = momentum / mass * law.ctau
        free = 0.0 if absorber.pipe is None else float(absorber.pipe.z_max)  # type: ignore[attr-defined]
        both = 1.0 / (1.0 / mean + 1.0 / absorber.interaction_length)

        def density(s: float, mean: float = mean, free: float = free) -> float:
            return math.exp(-s / mean - max(s - free, 0.0) / absorber.interaction_length) / mean

        expected = quad(density, free, free + 60.0 * both, epsabs=0.0, epsrel=1e-10)[0]
        expected += quad(density, 0.0, free, epsabs=0.0, epsrel=1e-10, limit=200)[0] if free else 0.0
        chance = law.probability((zero, zero, np.full(1, momentum)), mass, (zero, zero, zero))
        assert float(chance[0]) == pytest.approx(expected, rel=1e-8)


def table(**lengths: float) -> dict[str, Any]:
    """A table [absorber] of lengths [mm]."""
    return {
        name: {"value": value, "unit": "mm", "source": "a test", "confidence": "choice"}
        for name, value in lengths.items()
    }


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("key", ["interaction_length", "pipe_length", "pipe_radius"])
def test_lengths_that_are_none(key: str, value: float) -> None:
    lengths = {"interaction_length": 200.0, "pipe_length": 1e5, "pipe_radius": 1e3, key: value}
    with pytest.raises(InputError) as caught:
        absorber_of(table(**lengths), "mine.toml, [absorber]")
    line = str(caught.value)
    assert line.startswith(f"mine.toml, [absorber]: {key} = ")
    assert "\n" not in line


def test_a_radius_without_a_length() -> None:
    with pytest.raises(InputError, match="pipe_radius without pipe_length; allowed: both"):
        absorber_of(table(interaction_length=200.0, pipe_radius=1e3), "mine.toml, [absorber]")


def test_what_the_table_says() -> None:
    """No pipe, one as wide as mesons fly, and one with a wall."""
    bare = absorber_of(table(interaction_length=200.0), "mine")
    wide = absorber_of(table(interaction_length=200.0, pipe_length=1e5), "mine")
    walled = absorber_of(table(interaction_length=200.0, pipe_length=1e5, pipe_radius=1e3), "mine")
    assert bare.pipe is None
    assert wide.pipe == Slab(z_min=0.0, z_max=1e5)
    assert walled.pipe == Cylinder(radius=1e3, z_min=0.0, z_max=1e5)
    assert {bare.interaction_length, wide.interaction_length, walled.interaction_length} == {200.0}
    assert absorber_of_data({}, "mine") is None
