"""What ``aim = true`` asks of a stranger's source: whatever would make its weights wrong is one line, before anything runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from darkpair import InputError, Parents, build
from darkpair.gen.aimable import require_aimable
from darkpair.gen.importance import Aimable
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Forced
from darkpair.gen.particles import particle
from darkpair.gen.region import Cylinder
from darkpair.gen.sources.gun import Gun
from darkpair.job.aim import aimed_source
from darkpair.testing import check_source
from tests.shared.file_sources import FILE_SOURCES


@dataclass(frozen=True, kw_only=True)
class Flat:
    """Eta mesons, flat in a rectangle of rapidity and transverse momentum."""

    y_range: tuple[float, float] = (1.0, 5.0)
    pt_range: tuple[float, float] = (0.1, 0.9)
    pdgid = 221

    def density(self, y: Array, pt: Array) -> Array:
        inside = (y >= 1.0) & (y <= 5.0) & (pt >= 0.1) & (pt <= 0.9)
        return np.where(inside, 1.0 / 3.2, 0.0)

    def draw(self, rng: Any, n: int) -> tuple[Array, Array, Array]:
        return 1.0 + 4.0 * rng.random(n), 0.1 + 0.8 * rng.random(n), 2.0 * np.pi * (rng.random(n) - 0.5)

    def parents(self, y: Array, pt: Array, phi: Array) -> Parents:
        mt = np.hypot(pt, particle("eta").mass)
        momentum = np.stack([pt * np.cos(phi), pt * np.sin(phi), mt * np.sinh(y), mt * np.cosh(y)])
        return Parents(pdgid=221, momentum=momentum, vertex=np.zeros((4, len(y))))

    def sample(self, n: int, rng: Any) -> Parents:
        return self.parents(*self.draw(rng, n))


class Denser(Flat):
    def density(self, y: Array, pt: Array) -> Array:
        return 1.08 * super().density(y, pt)


class Tilted(Flat):
    def density(self, y: Array, pt: Array) -> Array:
        return super().density(y, pt) * (1.0 + 0.3 * (y - 4.0))


class InSquares(Flat):
    """A density in pT², of somebody who forgot the Jacobian."""

    def density(self, y: Array, pt: Array) -> Array:
        return super().density(y, pt) / (2.0 * pt)


class Negative(Flat):
    def density(self, y: Array, pt: Array) -> Array:
        return super().density(y, pt) * np.sign(y - 2.0)


class Scalar(Flat):
    def density(self, y: Array, pt: Array) -> Array:
        return np.asarray(1.0 / 3.2)


class Wide(Flat):
    def draw(self, rng: Any, n: int) -> tuple[Array, Array, Array]:
        y, pt, phi = super().draw(rng, n)
        return y, pt, phi + np.pi


class Two(Flat):
    def draw(self, rng: Any, n: int) -> Any:
        return super().draw(rng, n)[:2]


class Mirrored(Flat):
    def parents(self, y: Array, pt: Array, phi: Array) -> Parents:
        return super().parents(-y, pt, phi)


class Unlike(Flat):
    """pT of the mother, not of the meson."""

    def parents(self, y: Array, pt: Array, phi: Array) -> Parents:
        return super().parents(y, 1.1 * pt, phi)


WRONG: dict[Any, str] = {
    Denser: "integral of its density",
    Tilted: "integral of its density",
    InSquares: "integral of its density",
    Negative: "finite, 0 or more",
    Scalar: r"has the shape \(\)",
    Wide: "draws phi =",
    Two: "gives arrays of the shapes",
    Mirrored: "has pz",
    Unlike: "has px",
}


@pytest.mark.parametrize("kind", WRONG, ids=lambda kind: kind.__name__)
def test_a_wrong_one_is_one_line(kind: Any) -> None:
    with pytest.raises(InputError, match=WRONG[kind]) as raised:
        require_aimable(kind())
    assert len(str(raised.value).splitlines()) == 1
    assert kind.__name__ in str(raised.value)
    if kind is not Two:  # (whose own sample fails)
        with pytest.raises(AssertionError):
            check_source(kind())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"y_range": (5.0, 1.0)}, "y_range = 5 to 1; allowed"),
        ({"y_range": (1.0, 4.0)}, "draws y = 4"),
        ({"pt_range": (-1.0, 0.9)}, "pt_range begins at -1 GeV"),
        ({"pt_range": (0.1, float("inf"))}, "finite numbers"),
        ({"pt_range": 3.0}, "two numbers"),
    ],
)
def test_wrong_ranges_are_one_line(settings: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        require_aimable(replace(Flat(), **settings))


def test_a_source_that_lacks_something_says_what() -> None:
    with pytest.raises(
        InputError, match=r"a Gun cannot be aimed: it has no y_range, no pt_range, no density\(y, pt\)"
    ):
        require_aimable(Gun())


def test_right_ones_pass(tmp_path: Any) -> None:
    check_source(Flat())
    for make in FILE_SOURCES.values():
        source = make(tmp_path)
        if isinstance(source, Aimable):
            require_aimable(source)


def test_a_stranger_s_weights_are_exact() -> None:
    """The sum of the weights of an aimed source's events in a part of the phase space is that of the plain one."""
    region = Cylinder(z_min=10_000.0, z_max=20_000.0, radius=2000.0)
    law = Forced(region=region, ctau=1e4)
    chain = build(
        "eta -> X1 (X2 -> X1 gamma)", mass={"X1": 0.0, "X2": 0.3}, ctau={"X2": 1e4}, lifetimes={"X2": law}
    )
    aimed = aimed_source(Flat(), chain, 1)
    rng = np.random.default_rng(2)
    made = aimed.sample(100_000, rng)
    weight = made.weights["source"]
    pt = np.hypot(made.momentum[0], made.momentum[1])
    for low, high in ((0.1, 0.9), (0.1, 0.5), (0.7, 0.9)):
        w = weight * ((pt >= low) & (pt < high))
        error = w.std() / len(w) ** 0.5
        assert abs(w.mean() - (high - low) / 0.8) < 5.0 * error + 1e-12
