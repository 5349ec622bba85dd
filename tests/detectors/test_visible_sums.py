"""What a dump's detector says of all showers or tracks together is that of the ones that it lists."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from darkpair.chains.descriptor import build
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import Forced
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.dump_mesons import DumpMesons


@pytest.mark.parametrize("experiment", ["charm", "nucal", "ship", "dune_nd", "faser2"])
@pytest.mark.parametrize("ending", ["mu+ mu-", "(pi0 -> gamma gamma)"])
def test_sums_and_extremes_are_of_the_list(experiment: str, ending: str) -> None:
    """To rounding, in every event that has any."""
    detector = FixedTarget(experiment=experiment)
    law = Forced(region=detector.region, ctau=1e4)
    chain = build(
        f"eta -> X1 (X2 -> X1 {ending})",
        mass={"X1": 0.04, "X2": 0.4},
        ctau={"X2": 1e4},
        lifetimes={"X2": law},
    )
    eta = DumpMesons(meson="eta", beam_energy=detector.beam_energy)
    pipeline = Pipeline(source=aim(eta, chain, seed=2), chain=chain, detector=detector, seed=2, keep="all")
    (chunk,) = chunks(pipeline, 4000)
    reco = chunk.record()["reco"]
    for kind, word in (("Track", "track"), ("Shower", "shower")):
        has = (ak.num(reco["Visible"]["n_tracks"]) > 0) & (ak.num(reco[kind]["energy"]) > 0)
        energy, seen = reco[kind]["energy"][has], reco["Visible"][has]
        if word == ("track" if "mu" in ending else "shower"):
            assert np.sum(has) > 200
        listed = {
            "energy_sum": ak.sum(energy, axis=1),
            "energy_min": ak.fill_none(ak.min(energy, axis=1), -1.0),
        }
        for name, value in listed.items():
            assert np.allclose(ak.flatten(seen[f"{word}_{name}"]), value, rtol=1e-12, atol=0.0)
        assert np.array_equal(ak.to_numpy(ak.flatten(seen[f"n_{word}s"])), ak.to_numpy(ak.num(energy)))
