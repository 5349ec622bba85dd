"""Source, chain and detector are compared before anything runs: parent, mass, machine and region."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.chains.catalogue import CHAINS
from darkpair.chains.chain_set import ChainSet
from darkpair.chains.descriptor import build
from darkpair.cli import main
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.fixed_target import FixedTarget, experiments
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.gen.errors import InputError
from darkpair.gen.importance import Aimed, Bias
from darkpair.gen.lifetime import Forced
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.region import Box, Cone, Cylinder, Region, Slab, covers
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.upsilon4s import PARENTS, Upsilon4S
from darkpair.plugins import REGISTRIES
from tests.cli.test_bad_input import JOB

MASS = {"X1": 0.02, "X2": 0.16, "S": 0.05, "Y": 0.05}
PAIR = "X1 (X2 -> X1 (pi0 -> gamma gamma))"

SOURCES: dict[str, Any] = {
    "koto_kl": KotoKL(),
    "eta": DumpMesons(),
    "K+": DumpMesons(meson="K+"),
    **{name: Upsilon4S(parent=name) for name in PARENTS},
    "gun K_S0": Gun(parent="K_S0", momentum=2.0),
    "gun K_L0": Gun(parent="K_L0", momentum=2.0),
    "gun B+": Gun(parent="B+", momentum=2.0),
    "gun eta": Gun(parent="eta", momentum=2.0),
    "heavy eta": Gun(parent="eta", mass=1.0),
}
DETECTORS: dict[str, Any] = {
    "none": None,
    "koto": Koto(),
    "koto_kaon": KotoKaon(),
    "belle2": Belle2(),
    "belle": Belle2(experiment="belle"),
    **{name: make() for name, make in experiments().items()},
}
#: What each machine's own source makes; a dump makes any meson.
OWN = {"koto": {130}, "koto_kaon": {130}, "belle2": {521, -521, 511, -511}, "belle": {521, -521, 511, -511}}
MACHINE = {"koto": "koto_kl", "koto_kaon": "koto_kl", "belle2": "upsilon4s", "belle": "upsilon4s"}


def named(name: str) -> Any:
    """A chain of the catalogue."""
    words = CHAINS[name].descriptor.replace("(", " ").replace(")", " ").split()
    return CHAINS[name](mass={n: m for n, m in MASS.items() if n in words})


@pytest.mark.parametrize("name", sorted(CHAINS))
def test_every_chain_source_and_detector_runs_or_is_refused_in_one_line(name: str) -> None:
    """Every combination either makes events of the chain's own parent, or no event is drawn."""
    chain = named(name)
    for source_name, source in SOURCES.items():
        for detector_name, detector in DETECTORS.items():
            fits = source.pdgid == chain.parent.pdgid and source_name != "heavy eta"
            if detector is not None:
                fits &= source.pdgid in OWN.get(detector_name, {source.pdgid})
                machine = getattr(source, "name", None)
                fits &= machine in (None, MACHINE.get(detector_name, "dump_mesons"))
                fits &= not (detector_name == "belle" and machine == "upsilon4s")  # its beams are Belle II's
            if not fits:
                with pytest.raises(InputError) as raised:
                    Pipeline(source=source, chain=chain, detector=detector)
                assert "\n" not in str(raised.value)
                assert (
                    "allowed" in str(raised.value)
                    or "choose" in str(raised.value)
                    or "take" in str(raised.value)
                )
                continue
            made = Pipeline(source=source, chain=chain, detector=detector, keep="all")
            (chunk,) = chunks(made, 50)
            for part in chunk.events.parts:
                x, y, z, e = part.momentum[:, 0]
                assert np.sqrt(x * x + y * y + z * z + chain.parent.mass**2) == pytest.approx(e, rel=1e-12)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            ["source.name=gun", "source.parent=K_S0", f"chain.decay=K_S0 -> {PAIR}"],
            ["PDG id 310", "Koto", "K_L0"],
        ),
        (["source.name=gun", "source.parent=eta", f"chain.decay=eta -> {PAIR}"], ["221", "Koto", "K_L0"]),
        (["source.name=upsilon4s", f"chain.decay=B+ -> K+ {PAIR}"], ["upsilon4s", "Koto", "koto_kl"]),
        (["source.name=dump_mesons", f"chain.decay=eta -> {PAIR}"], ["dump_mesons", "Koto", "koto_kl"]),
        (["source.name=dump_mesons", "source.meson=K_L0"], ["dump_mesons", "Koto", "koto_kl"]),
        (["source.name=gun", "source.mass=1.0"], ["K_L0", "0.497611", "1 GeV"]),
        (["chain.mass.K_L0=600 MeV"], ["K_L0", "0.6", "0.497611"]),
        (["detector.name=charm"], ["koto_kl", "FixedTarget", "dump_mesons"]),
        (["detector.name=belle2"], ["koto_kl", "Belle2", "upsilon4s"]),
    ],
)
def test_a_job_that_does_not_fit_is_one_line(settings: list[str], words: list[str], tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text(JOB.replace("PATH", str(tmp_path / "out.root")))
    result = CliRunner().invoke(main, ["run", str(job), *[x for s in settings for x in ("--set", s)]])
    assert result.exit_code == 2, result.output
    text = result.output.strip()
    assert text.startswith("darkpair: ")
    assert "\n" not in text
    for word in words:
        assert word in text, text
    assert sorted(p.name for p in tmp_path.iterdir()) == ["job.toml"]


def test_the_mass_that_is_in_the_file_is_that_of_the_kinematics() -> None:
    """A gun of mass 1 GeV: refused with the PDG's eta, and made with an eta of 1 GeV in the chain."""
    gun, text = Gun(parent="eta", mass=1.0), "eta -> gamma gamma"
    with pytest.raises(InputError, match="eta the mass 0.547862 GeV, the source 1 GeV"):
        Pipeline(source=gun, chain=build(text))
    (chunk,) = chunks(Pipeline(source=gun, chain=build(text, mass={"eta": 1.0})), 100)
    (part,) = chunk.events.parts
    assert part.topology.mass[0] == 1.0
    e = part.momentum[3].reshape(3, -1)
    assert np.allclose(e[0], e[1] + e[2])
    assert np.allclose(e[0], np.sqrt(2.0))


def test_a_source_that_is_aimed_is_still_what_it_is() -> None:
    source = DumpMesons()
    flat = Bias(edges=tuple(np.array([0.0, 1.0]) for _ in range(3)), probability=np.ones((1, 1, 1)))  # type: ignore[arg-type]
    aimed = Aimed(source=source, bias=flat)
    assert (aimed.name, aimed.masses) == ("dump_mesons", {221: particle("eta").mass})
    with pytest.raises(InputError, match="dump_mesons"):
        Pipeline(source=aimed, chain=build("eta -> gamma gamma"), detector=Belle2())


def test_each_machine_has_its_name_of_the_registry() -> None:
    for name, factory in REGISTRIES["sources"].items():
        assert getattr(factory, "name", name) == name
    for name in ("koto", "belle2", "charm"):
        assert REGISTRIES["detectors"][name]().source in REGISTRIES["sources"]


def test_chains_of_several_parents() -> None:
    both = ChainSet(chains=(build("B+ -> K+ nu nubar"), build("B- -> K- nu nubar")))
    Pipeline(source=Upsilon4S(parent="B-"), chain=both, detector=Belle2())
    with pytest.raises(
        InputError, match=r"supplies PDG id 511, the chain starts with B\+ \(521\), B- \(-521\)"
    ):
        Pipeline(source=Upsilon4S(parent="B0"), chain=both)


def test_a_forced_region_holds_the_detectors() -> None:
    """Forced into less than the detector sees: refused; into the same or more: not."""
    detector = FixedTarget(experiment="nucal")
    own = detector.region
    assert isinstance(own, Cylinder)
    shorter, longer = replace(own, z_max=own.z_max - 1000.0), replace(own, z_min=own.z_min - 1000.0)
    for region, fits in (
        (own, True),
        (longer, True),
        (shorter, False),
        (Slab(z_min=own.z_min, z_max=own.z_max), True),
    ):
        law = {"X2": Forced(region=region, ctau=100.0)}
        chain = build(f"eta -> {PAIR}", mass={"X1": 0.02, "X2": 0.16}, ctau={"X2": 100.0}, lifetimes=law)
        if fits:
            Pipeline(source=DumpMesons(beam_energy=70.0), chain=chain, detector=detector)
        else:
            with pytest.raises(InputError, match="X2 is forced to decay in .* leaves out part of"):
                Pipeline(source=DumpMesons(beam_energy=70.0), chain=chain, detector=detector)


def test_covers_by_points() -> None:
    """Whether a region holds another, against 4000 points of the inner one (fixed seed)."""
    rng = np.random.default_rng(11)
    shapes: list[Region] = [
        Slab(z_min=0.0, z_max=10.0),
        Slab(z_min=2.0, z_max=8.0),
        Box(x_min=-3.0, x_max=3.0, y_min=-3.0, y_max=3.0, z_min=2.0, z_max=8.0),
        Box(x_min=-2.0, x_max=3.0, y_min=-2.0, y_max=2.0, z_min=2.0, z_max=7.0),
        Cylinder(radius=2.0, z_min=2.0, z_max=8.0),
        Cylinder(radius=3.0, z_min=2.0, z_max=8.0),
        Cylinder(radius=4.5, z_min=1.0, z_max=9.0),
        Cone(z_min=2.0, z_max=8.0, r_min=1.0, r_max=3.0),
        Cone(z_min=2.0, z_max=8.0, r_min=0.0, r_max=2.0),
    ]
    x, y = rng.uniform(-30.0, 30.0, (2, 400_000))
    x[::2] /= 6.0
    y[::2] /= 6.0
    z = rng.uniform(0.0, 10.0, 400_000)
    for outer in shapes:
        for inner in shapes:
            rows = inner.contains(x, y, z)
            assert rows.sum() > 1000
            assert covers(outer, inner) == bool(outer.contains(x[rows], y[rows], z[rows]).all()), (
                outer,
                inner,
            )

    class Sphere:
        """A stranger's region."""

    assert covers(shapes[0], Sphere()) is None  # type: ignore[arg-type]


def test_a_stranger_who_tells_less_is_asked_less() -> None:
    class Chain:
        """With the one method that a chain needs."""

        def batch(self, parents: Any, streams: Any) -> Any:
            return build("K_L0 -> gamma gamma").batch(parents, streams)

    class Wall:
        """Without source, parents, region."""

        def observe(self, truth: Any, rng: Any) -> Any: ...

        def select(self, reco: Any, weight: Any) -> Any: ...

    Pipeline(source=Gun(), chain=Chain(), detector=Wall())
