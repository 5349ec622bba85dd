"""A chain with branching ratios of one's own as a model: its widths, amplitudes and chains are what was stated."""

from __future__ import annotations

import numpy as np
import pytest

from darkpair.chains.models.channels import Channel
from darkpair.chains.models.stated import StatedChain, has_lifetime, stated_chain
from darkpair.chains.widths import three_body_width
from darkpair.gen.constants import HBAR_C
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.identity import identity_digest
from darkpair.gen.particles import particle


def test_rates_are_those_that_were_stated() -> None:
    model = stated_chain(
        "pi0 -> X1 (X2 -> X1 gamma [0.5] | e- X1 e+ [0.3])", m1="10 MeV", m2="100 MeV", ctau="3 cm"
    )
    assert model.modes() == (("pi0", "X1 X2"), ("X2", "X1 gamma"), ("X2", "X1 e+ e-"))
    assert float(model.ctau("X2")) == pytest.approx(30.0)
    parts = {mode: float(model.branching_ratio("X2", mode)) for mode in ("X1 gamma", "X1 e+ e-", "invisible")}
    assert parts == pytest.approx({"X1 gamma": 0.5, "X1 e+ e-": 0.3, "invisible": 0.2})
    assert float(model.at(1e-7).branching_ratio("pi0", "X1 X2")) == pytest.approx(1e-7)
    assert str(model) == "pi0 -> X1 X2, X2 -> X1 gamma [0.5] | X1 e+ e- [0.3] | invisible [0.2]"


def test_shares_of_productions_are_of_the_ratio() -> None:
    model = stated_chain(
        "K_L -> X1 (X2 -> X1 nubar nu) [0.3] | (X2 -> nu nubar X1) (X2 -> X1 nu nubar) [0.1]",
        m2=0.2,
        ctau=1.0,
    )
    assert model.modes("K_L0") == (("K_L0", "X1 X2"), ("K_L0", "X2 X2"))
    assert model.modes("X2") == (("X2", "X1 nu nubar"),)
    assert [
        float(model.at(0.5).branching_ratio("K_L0", mode)) for mode in ("X1 X2", "X2 X2")
    ] == pytest.approx([0.375, 0.125])
    assert float(model.width("X2")) == pytest.approx(HBAR_C)


@pytest.mark.parametrize("element", [None, "vector_current", {"name": "power", "power": 2}])
def test_an_amplitude_gives_the_width(element: object) -> None:
    """The integral of the squared amplitude is the partial width, whatever its shape; and events do not know the size."""
    text = "K+ -> pi+ X1 X2"
    given = {} if element is None else {text: element}
    model = stated_chain("K+ -> X2 pi+ X1", m1=0.01, m2=0.05, matrix_elements=given).at(1e-9)  # type: ignore[arg-type]
    amplitude = model.matrix_element("K+", "pi+ X1 X2")
    kaon, pion = (particle(name).mass for name in ("K+", "pi+"))
    whole = three_body_width(kaon, pion, 0.01, 0.05, amplitude.averaged)
    assert float(whole) == pytest.approx(1e-9 * HBAR_C / particle("K+").ctau, rel=1e-9)
    cosines, weights = np.polynomial.legendre.leggauss(8)
    mean = 0.5 * sum(
        w * amplitude(np.array([0.02]), np.array([c])) for c, w in zip(cosines, weights, strict=True)
    )
    assert mean == pytest.approx(amplitude.averaged(np.array([0.02])), rel=1e-9)
    heavy = stated_chain("K+ -> pi+ X1 (X2 -> X1 gamma)", m1=0.01, m2=0.05, ctau=1.0, matrix_elements=given)  # type: ignore[arg-type]
    channel = Channel(parent="K+", production="pi+ X1 X2", modes=("X1 gamma",))
    digests = {identity_digest(channel.chain(heavy.at(ratio))) for ratio in (1.0, 1e-9)}
    assert len(digests) == 1


def test_a_shape_changes_the_events() -> None:
    text = "X2 -> X1 e+ e-"
    channel = Channel(parent="eta", production="X1 X2", modes=("X1 e+ e-",))
    chains = [
        channel.chain(stated_chain(f"eta -> X1 ({text})", m2=0.2, ctau=1.0, matrix_elements=given))
        for given in ({}, {text: {"name": "power", "power": 1}})
    ]
    assert identity_digest(chains[0]) != identity_digest(chains[1])


def test_what_has_a_lifetime() -> None:
    assert has_lifetime("K_L0 -> X1 (X2 -> X1 pi0)")
    assert not has_lifetime("K_L0 -> X1 X2")
    stable = stated_chain("B+ -> K+ X1 X2", m1="40 MeV", m2="1 GeV")
    assert np.isinf(stable.ctau("X2"))
    assert isinstance(stable, StatedChain)


@pytest.mark.parametrize(
    ("descriptor", "settings", "words"),
    [
        ("K_L0 -> gamma gamma", {}, "gives no X2"),
        ("K_L0 -> X1 X2", {"ctau": "1 cm"}, "does not decay"),
        ("K_L0 -> X1 (X2 -> X1 pi0)", {}, "ctau = None of X2"),
        ("K_L0 -> X1 (X2 -> X1 pi0)", {"ctau": "0 mm"}, "above 0"),
        ("K_L0 -> X1 (X2 -> X1 pi0)", {"ctau": "1 s"}, "ctau"),
        ("K_L0 -> psi1~ (psi2 -> psi1 pi0)", {"ctau": 1.0}, "call the dark particles X1 and X2"),
        ("K_L0 -> X1 (X2 -> X1 (pi0 -> e+ e- gamma))", {"ctau": 1.0}, "decay of pi0"),
        ("K_L0 -> (X2 -> X1 pi0) (X2 -> gamma gamma)", {"ctau": 1.0}, "two ways"),
        ("K_L0 -> X1 (X2 -> X1 eta)", {"ctau": 1.0}, "closed"),
        ("pi0 -> X1 X2", {}, "closed"),
        ("eta -> X1 (X2 -> X1 pi0 | X1 gamma)", {"ctau": 1.0}, "1"),
        ("eta -> X1 (X2 -> X1 gluon)", {"ctau": 1.0}, "gluon"),
        (
            "K+ -> pi+ X1 X2",
            {"m1": "0 MeV", "matrix_elements": {"K+ -> X1 X2 pi+": "power"}},
            "K\\+ -> pi\\+ X1 X2",
        ),
    ],
)
def test_what_makes_no_sense_is_a_line(descriptor: str, settings: dict[str, object], words: str) -> None:
    with pytest.raises(DarkpairError, match=words) as caught:
        stated_chain(descriptor, **({"m2": "350 MeV"} | settings))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_a_ratio_of_the_pion_is_the_tables() -> None:
    stated_chain("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma [0.98823]))", m2=0.4, ctau=1.0)
    with pytest.raises(InputError, match=r"0\.98823"):
        stated_chain("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma [0.5]))", m2=0.4, ctau=1.0)
