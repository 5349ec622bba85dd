"""What a chain's resonances are drawn with is searched once for the same values, and for the package's own elements alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair import Chain, build
from darkpair.chains.models import ZPrimeDirac
from darkpair.gen import kept_samplers
from darkpair.gen.data_files import altered
from darkpair.gen.kept_samplers import made_once
from darkpair.gen.quadrature import legendre

TEXT = "B+ -> (K*+ -> K0 pi+) X1 X2"


def bounds(chain: Chain) -> list[Any]:
    """Of each topology: greatest value of the density, and the part that is accepted."""
    clusters = [cluster for plan in chain._plans for cluster in plan.lines.clusters]
    assert clusters
    return [(cluster._bound, cluster._acceptance) for cluster in clusters]


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_samplers, "_made", {})


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one with every search."""
    from darkpair.gen.line_masses import _Cluster

    calls: list[int] = []
    searched = _Cluster._searched

    def counted(cluster: _Cluster) -> Any:
        calls.append(1)
        return searched(cluster)

    monkeypatch.setattr(_Cluster, "_searched", counted)
    return calls


def test_the_same_values_are_searched_once(searches: list[int]) -> None:
    chains = [build(TEXT, mass={"X1": 0.1, "X2": m2}) for m2 in (1.0, 1.0, 1.1)]
    assert len(searches) == 2
    assert bounds(chains[0]) == bounds(chains[1])
    assert bounds(chains[0]) != bounds(chains[2])
    kept_samplers._made.clear()
    assert bounds(build(TEXT, mass={"X1": 0.1, "X2": 1.0})) == bounds(chains[0])
    assert len(searches) == 3


def test_another_width_is_another_search(searches: list[int]) -> None:
    wide, narrow = (build(TEXT, mass={"X1": 0.1, "X2": 1.0}, width={"K*+": width}) for width in (0.05, 0.04))
    assert len(searches) == 2
    assert bounds(wide) != bounds(narrow)


def test_another_element_is_another_search(searches: list[int]) -> None:
    """Of the same masses and widths: the models' elements by value, not by place."""
    models = [ZPrimeDirac(m1=0.5, m2=1.5, G_X=1e-5, c_V=1.0, c_A=axial) for axial in (0.4, 0.4, 0.0)]
    made = [(bounds(model.chain("B0", "K*0 X1 X2", modes=())), len(searches)) for model in models]
    assert made[0] == made[1]
    assert made[0][0] != made[2][0]
    assert len(searches) == 2 * made[0][1] > 0


class Somebodys:
    """A squared matrix element that may change."""

    def __call__(self, q2: Any, cosine: Any) -> Any:
        return np.asarray(q2 * 0.0 + 1.0 + cosine * 0.0)


def test_somebody_s_element_is_searched_each_time() -> None:
    made = [made_once(object, "a decay", [Somebodys()]) for _ in range(2)]
    assert made[0] is not made[1]
    ours = [made_once(object, "a decay", []) for _ in range(2)]
    assert ours[0] is ours[1]


def test_changed_data_keep_nothing() -> None:
    first = made_once(object, "a decay", [])
    with altered({"koto.toml": {}}):
        assert made_once(object, "a decay", []) is not first


def test_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_samplers, "_MOST", 2)
    first, second, _ = (made_once(object, name, []) for name in "abc")
    assert made_once(object, "b", []) is second
    assert made_once(object, "a", []) is not first


def test_what_has_no_hash_is_made_each_time() -> None:
    made = [made_once(object, (["no", "hash"],), []) for _ in range(2)]
    assert made[0] is not made[1]


def test_nodes_integrate_powers_and_are_shared() -> None:
    nodes, weights = legendre(5)
    assert [float(weights @ nodes**n) for n in (0, 8)] == pytest.approx([2.0, 2.0 / 9.0])
    assert legendre(5)[0] is nodes
    with pytest.raises(ValueError, match="read-only"):
        nodes[0] = 0.0
