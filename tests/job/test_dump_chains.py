"""Every decay of X2 behind a dump: by a descriptor and by a model, from eta, pi0 and eta'."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from darkpair.job.job import Job

#: Masses of X1 and X2 [GeV] by parent.
POINTS = {"eta": (0.04, 0.4), "pi0": (0.01, 0.11), "eta'": (0.1, 0.7)}


def accepted(
    chain: Mapping[str, object], selection: str, meson: str = "eta", x2: tuple[str, ...] = ("X2",)
) -> float:
    """Effective accepted events of CHARM, of 32768 aimed mesons."""
    source = {"name": "dump_mesons", "meson": meson, "beam_energy": 400.0, "aim": True}
    job = Job.model_validate(
        {
            "run": {"n": 32_768, "seed": 4},
            "source": source,
            "chain": {**chain, "lifetime": dict.fromkeys(x2, "forced")},
            "detector": {"name": "charm", "selection": selection},
            "output": {"path": "none.root"},
        }
    )
    flow = job.pipeline().chunk(0, 2, 32_768).cutflow
    assert 0.0 < flow.acceptance < 1.0
    return flow.stages[-1].effective


@pytest.mark.parametrize(
    ("meson", "mode", "selection"),
    [
        ("eta", "X1 (pi0 -> gamma gamma)", "showers"),
        ("eta", "X1 gamma", "showers"),
        ("eta", "gamma gamma", "showers"),
        ("eta", "X1 e+ e-", "showers"),
        ("eta", "X1 mu+ mu-", "muons"),
        ("pi0", "X1 gamma", "showers"),
        ("eta'", "X1 (pi0 -> gamma gamma)", "showers"),
    ],
)
def test_descriptors(meson: str, mode: str, selection: str) -> None:
    m1, m2 = POINTS[meson]
    chain = {"decay": f"{meson} -> X1 (X2 -> {mode})", "mass": {"X1": m1, "X2": m2}, "ctau": {"X2": 1e4}}
    assert accepted(chain, selection, meson) > 100.0


@pytest.mark.parametrize(
    ("model", "mode", "selection", "x2"),
    [
        ("zprime-scalar", "X1 mu+ mu-", "muons", ("X2",)),
        ("zprime-dirac", "X1 pi0", "showers", ("psi2", "psi2~")),
        ("zprime-majorana", "X1 e+ e-", "showers", ("psi2",)),
    ],
)
def test_models(model: str, mode: str, selection: str, x2: tuple[str, ...]) -> None:
    point = {"m1": "40 MeV", "m2": "400 MeV", "G_X": "0.1 GF"}
    chain = {"model": model, "parameters": point, "parent": "eta", "modes": [mode]}
    assert accepted(chain, selection, x2=x2) > 100.0
