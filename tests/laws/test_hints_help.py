"""What a message says to give is taken and helps: a beam that the source can have, searches that look for the parent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.agreement import other_beam
from darkpair.gen.errors import DarkpairError
from darkpair.gen.sources.bottom import BOTTOM
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.meson_files import SAME_AS, slow, stored
from darkpair.gen.sources.meson_table import every_meson
from darkpair.limits.choice import choose
from darkpair.limits.left_out import left_out, made_by
from darkpair.limits.parents import looked_for

DETECTORS = [
    FixedTarget(experiment=name, resolution="none") for name in ("nucal", "charm", "dune_nd", "faser2")
]
GENERATORS = [
    *sorted({key.generator for key in (*stored(), *slow())}),
    "bmpt",
    "sanford-wang",
    "pythia8-bottom",
]
BEAMS = sorted({key.beam_energy for key in (*stored(), *slow())})
#: What may be given in a hint.
GIVEN = re.compile(r'source\.(beam_energy|generator) = "([^"]*)"')


def source(**given: Any) -> DumpMesons | None:
    """A source of mesons; None where there is no such table."""
    try:
        return DumpMesons(**given)
    except DarkpairError:
        return None


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.experiment)
@pytest.mark.parametrize("meson", [meson for meson in every_meson() if meson not in SAME_AS])
def test_another_beam_says_what_to_give(meson: str, detector: FixedTarget) -> None:
    """Of every generator and beam: with it the beams agree; where nothing can be given, no generator has the meson there."""
    asked = 0
    for generator in GENERATORS:
        for energy in BEAMS:
            for target in (None, "Fe"):
                own: dict[str, Any] = {
                    "meson": meson,
                    "generator": generator,
                    "beam_energy": energy,
                    "target": target,
                }
                made = source(**own)
                if made is None or (line := other_beam(made, detector)) is None:
                    continue
                asked += 1
                hint = line.partition("expected events; ")[2].partition(", or a data file")[0]
                if hint.startswith(f"nothing here has {meson} of such protons"):
                    others = [
                        source(meson=meson, generator=each, beam_energy=detector.beam_energy)
                        for each in GENERATORS
                    ]
                    assert others == [None] * len(GENERATORS), line
                    continue
                given = dict(GIVEN.findall(hint))
                cleared = {"target": None} if "no source.target" in hint else {}
                mended = DumpMesons(**own | given | cleared)
                assert other_beam(mended, detector) is None, line
    assert asked or meson in BOTTOM


def test_one_s_own_table_is_not_of_another_beam_by_its_energy(tmp_path: Any) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("y,pT [GeV],density\n0,0,0\n0,1,1\n1,0,0\n1,1,1\n", encoding="utf-8")
    mine = DumpMesons(meson="eta", table_file=str(path), beam_energy=400.0)
    line = str(other_beam(mine, DETECTORS[0]))
    assert 'give a source.table_file of such protons, with source.beam_energy = "70 GeV"' in line


@pytest.mark.parametrize("name", sorted(choose("today", planned=True).behind_targets))
def test_every_parent_that_a_dump_counts_is_looked_for(name: str) -> None:
    """By the lists of what targets make and of what is left out, which are written by hand."""
    named = {
        parent for parent, searches in looked_for(choose("today", planned=True)).items() if name in searches
    }
    counted = {parent for parent in made_by(name) if left_out(name, parent, "X1 X2") is None}
    assert named - {"K-"} == counted
