"""Chains with resonances: their masses in records and files, what is refused, and chains without them as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair import Streams, build, particle
from darkpair.chains.catalogue import CHAINS
from darkpair.gen.errors import ClosedChannelError, InputError
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import invariant_mass
from darkpair.gen.output.hepmc import HepMCWriter
from darkpair.gen.output.reader import read_events
from darkpair.gen.output.root import RootWriter
from darkpair.testing import parents_of

DARK = {"X1": 0.4, "X2": 2.0}


def test_the_record_and_the_files_have_the_mass_of_each_event(tmp_path: Path) -> None:
    chain = build("B0 -> (K*0 -> K+ pi- [.6] | K0 pi0 [.3]) X1 X2", mass=DARK)
    parents = parents_of(chain, n=500)
    events = chain.batch(parents, Streams(4)).record()
    kstar = events.particles[events.particles.pdgid == 313]
    square = kstar.E**2 - kstar.px**2 - kstar.py**2 - kstar.pz**2
    assert ak.all(abs(kstar.nominal_mass**2 - square) < 1e-12 * kstar.E**2)
    assert len(np.unique(ak.flatten(kstar.nominal_mass))) == 500
    others = events.particles[events.particles.pdgid == 51]
    assert set(ak.flatten(others.nominal_mass)) == {DARK["X1"]}
    with RootWriter(tmp_path / "e.root", provenance={"seed": 4}) as writer:
        writer.write(events)
    back = read_events(tmp_path / "e.root")
    assert ak.all(back.particles.nominal_mass == events.particles.nominal_mass)
    with HepMCWriter(tmp_path / "e.hepmc3", provenance={"seed": 4}) as writer:
        writer.write(events)
    words = [
        line.split() for line in (tmp_path / "e.hepmc3").read_text().splitlines() if line.startswith("P ")
    ]
    assert [float(w[8]) for w in words if w[3] == "313"] == ak.flatten(kstar.nominal_mass).to_list()


def test_batches_keep_masses_when_they_are_cut_and_joined() -> None:
    chain = build("B0 -> (K*0 -> K+ pi- [.6] | K0 pi0 [.3]) X1 X2", mass=DARK)
    batch = Batch.concatenate([chain.batch(parents_of(chain), Streams(31, i)) for i in range(2)])
    mask = Streams(9).rng("mask").random(len(batch)) < 0.3
    cut = batch.take(mask)
    for part in cut.parts:
        assert part.masses[1] == pytest.approx(invariant_mass(*part.momentum[:, 1]), rel=1e-9)
    assert ak.all(cut.record().particles.nominal_mass == batch.record()[mask].particles.nominal_mass)


@pytest.mark.parametrize("name", sorted(CHAINS))
def test_a_chain_without_resonances_draws_nothing_more(name: str) -> None:
    factory = CHAINS[name]
    words = factory.descriptor.replace("(", " ").split()
    chain = factory(
        mass={k: v for k, v in {"X1": 0.02, "X2": 0.17, "S": 0.1, "Y": 0.05}.items() if k in words}
    )
    assert chain.line_shapes == {}
    assert "line_shapes" not in chain.provenance()
    asked: list[str] = []

    class Spy(Streams):
        def rng(self, stage: str) -> np.random.Generator:
            asked.append(stage)
            return super().rng(stage)

    batch = chain.batch(parents_of(chain, n=10), Spy(1))
    assert all(part.masses == {} for part in batch.parts)
    assert not any("line" in stage for stage in asked)


def test_a_parent_has_the_mass_that_its_source_gives_it() -> None:
    chain = build("K*0 -> K+ pi-")
    (part,) = chain.batch(parents_of(chain), Streams(31)).parts
    assert part.masses == {}
    together = part.momentum[:, 1] + part.momentum[:, 2]
    assert invariant_mass(*together) == pytest.approx(particle("K*0").mass, rel=1e-9)


def test_a_tail_is_refused() -> None:
    text = "B0 -> (K*0 -> K+ pi-) X1 X2"
    with pytest.raises(ClosedChannelError, match=r"0\.633247 to 0\.67972 GeV.*of its line at 0\.8955"):
        build(text, mass={"X1": 2.0, "X2": 2.6})
    with pytest.raises(ClosedChannelError, match="closed"):
        build(text, mass={"X1": 2.0, "X2": 2.7})
    with pytest.raises(ClosedChannelError, match="of its line"):
        build("B0 -> (omega -> K+ K-) K0")
    with pytest.raises(ClosedChannelError):
        build("K*0 -> K+ K- pi0")
    with pytest.raises(ClosedChannelError):
        build("K*0 -> (phi -> K+ K-) pi0")


def test_widths_that_nothing_has() -> None:
    with pytest.raises(InputError, match="always a line"):
        build("eta' -> pi+ pi- eta", width={"eta": 0.1})
    with pytest.raises(InputError, match="allowed: an energy of 0 GeV or more"):
        build("B0 -> K*0 gamma", width={"K*0": float("nan")})
    with pytest.raises(InputError, match=r"below its channels' .* take width"):
        build("B0 -> K*0 gamma", mass={"K*0": 0.6})
    build("B0 -> K*0 gamma", mass={"K*0": 0.6}, width={"K*0": 0.0})


def test_a_job_may_ask_for_a_line(tmp_path: Path) -> None:
    from darkpair.job.job import Job

    table: dict[str, Any] = {
        "run": {"n": 100},
        "source": {"name": "gun", "parent": "B0"},
        "chain": {"decay": "B0 -> (K*0 -> K+ pi-) X1 X2", "mass": DARK, "width": {"K*0": "0 MeV"}},
        "output": {"path": str(tmp_path / "out.root")},
    }
    chain: Any = Job.model_validate(table).pipeline().chain
    assert chain.line_shapes == {}
    table["chain"]["width"] = {"K*0": "20 MeV"}
    chain = Job.model_validate(table).pipeline().chain
    shapes = chain.provenance()["line_shapes"]
    assert shapes["K*0"]["width"] == pytest.approx(0.02)
    table["chain"] = {"model": "zprime-scalar", "width": {"K*0": 0.0}}
    with pytest.raises(InputError, match="leave it out with a model"):
        Job.model_validate(table).pipeline()
