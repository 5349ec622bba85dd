"""A chain prints as a tree: every particle once, in the order of its descriptor; a model as a table of its rates."""

from __future__ import annotations

import re

import numpy as np
import pytest

from darkpair.chains.catalogue import PRODUCTIONS
from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.chains.decay_tree import particles_of, spell
from darkpair.chains.descriptor import build, parse
from darkpair.chains.models import ZPrimeScalar
from darkpair.chains.tree_text import tree_lines
from darkpair.gen.parameters import parameters
from darkpair.plugins import REGISTRIES

DECAYS = [
    *(
        text.format(X2="(X2 -> X1 (pi0 -> gamma gamma [0.9] | e+ e- gamma [0.1]))")
        for text in PRODUCTIONS.values()
    ),
    "K_L0 -> X1 (X2 -> X1 gamma [0.5] | X1 (pi0 -> gamma gamma) [0.25] | X1 nu nubar [0.25])",
]


@pytest.mark.parametrize("text", DECAYS)
def test_every_particle_stands_in_the_tree(text: str) -> None:
    chain = build(text, mass={"X1": 0.01, "X2": 0.16}, ctau={"X2": 50.0})
    lines = str(chain).splitlines()
    assert repr(chain) == str(chain)
    names = [re.sub(r"^[│├└─ ]+", "", line).split("  ")[0] for line in lines]
    particles = [name for name in names if not name.startswith("[")]
    assert sorted(particles) == sorted(p.name for p in particles_of(chain.decay))
    assert [name for name in names if name.startswith("[")] == re.findall(r"\[[\d.]+\]", spell(chain.decay))
    assert any("0.16 GeV, c tau 50 mm" in line for line in lines)
    assert chain._repr_html_().startswith(f"<pre>{chain.parent.name}\n├── ")


def test_the_tree_of_a_descriptor() -> None:
    assert tree_lines(parse("K_L0 -> X1 (X2 -> X1 gamma)"), {"X2": "heavy"}) == [
        "K_L0",
        "├── X1",
        "└── X2         heavy",
        "    ├── X1",
        "    └── gamma",
    ]


def test_the_tree_of_several_modes() -> None:
    assert tree_lines(parse("X2 -> X1 gamma [0.75] | X1 (pi0 -> gamma gamma [0.9]) [0.25]")) == [
        "X2",
        "├── [0.75]",
        "│   ├── X1",
        "│   └── gamma",
        "└── [0.25]",
        "    ├── X1",
        "    └── pi0",
        "        └── [0.9]",
        "            ├── gamma",
        "            └── gamma",
    ]


def test_several_chains() -> None:
    chains = ChainSet(
        chains=tuple(build_chains(["B0 -> K0 X1 X2", "B+ -> K+ X1 X2"], mass={"X1": 0.0, "X2": 0.4}))
    )
    assert [line for line in str(chains).splitlines() if line[0] == "B"] == ["B0", "B+"]
    assert "<pre>B0\n" in chains._repr_html_()


@pytest.mark.parametrize("name", [n for n in REGISTRIES["models"] if n != "impostor"])
def test_a_model_prints(name: str) -> None:
    model = REGISTRIES["models"].factory(name)
    needed = {
        p.name: 30.0 if p.name.startswith("m_") else 1e-3 for p in parameters(model).values() if p.required
    }
    point = model(**needed | {"m1": 0.0, "m2": 0.43})
    title, head, _, *lines = str(point).splitlines()
    assert title.startswith(f"{model.__name__}(m1=0, m2=0.43")
    assert head.split()[:2] == ["decay", "width"]
    assert len(lines) == len(point.modes()) + 1  # the invisible width
    assert "<table>" in point._repr_html_()


def test_a_model_of_arrays_prints_its_modes() -> None:
    grid = ZPrimeScalar(m1=0.0, m2=np.array([0.3, 0.43]), G_X=1e-5)
    assert "m2: array (2,)" in str(grid).splitlines()[0]
    assert len(str(grid).splitlines()) == 3 + len(grid.modes())
