"""Weights of texts by their names: of LHE's <rwgt> and <weights>, of HepMC3's list; the nominal one where none is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from darkpair.gen.errors import DarkpairError
from darkpair.gen.output.lhe import LHEWriter
from darkpair.gen.pipeline import chunks
from darkpair.gen.sources.event_file import EventFile
from tests.gen.test_event_series import pipeline
from tests.gen.test_lhe_file import BEAMS, INIT, PION, B
from tests.shared.event_files import b_event, opened, write_nano

#: Names of four weights, and that of each event (event, weight); XWGTUP and CV are none of the LHE's.
NAMES = ("CV", "muR=0.5 muF=2", "<=>", "1001")
VALUES = np.array([[2.0, 0.5, -1.25, 7.0], [1.0, 3.5, 0.0078125, 1e-3], [4.0, 0.25, 3.0, 11.0]])


def lhe(*, listed: bool) -> str:
    """Events of two B, whose XWGTUP is the first weight."""
    spelled = [name.replace("<", "&lt;").replace(">", "&gt;") for name in NAMES[1:]]
    declared = "".join(f"<weight MUR='1' id=\"{name}\" >what it is</weight>\n" for name in spelled)
    head = f"<initrwgt>\n<!-- <weight id='no'> -->\n<weightgroup name='all'>{declared}</weightgroup></initrwgt>\n"
    events = []
    for first, *others in VALUES.tolist():
        if listed:
            text = f"<weights> {' '.join(map(repr, others))} </weights>\n"
        else:
            rows = [f"<wgt id='{name}'> {x!r} </wgt>\n" for name, x in zip(spelled, others, strict=True)]
            text = f"<rwgt>\n<!--<wgt id='1001'>5</wgt>-->\n{''.join(reversed(rows))}</rwgt>\n"
        events.append(f"<event>\n5 1 {first!r} -1. -1. -1.\n{BEAMS}{B}{PION}{text}</event>\n")
    return f'<LesHouchesEvents version="3.0">\n<header>\n{head}</header>\n{INIT}{"".join(events)}</LesHouchesEvents>\n'


def hepmc() -> str:
    """The same as HepMC3, one B in each."""
    particles = "P 1 0 521 0.25 -0.5 -1.5 5.5 5.279 2\n"
    rows = [
        f"E {i} 0 1\nU GEV MM\nW {' '.join(map(repr, row))}\n{particles}"
        for i, row in enumerate(VALUES.tolist())
    ]
    names = "\\|".join(NAMES)
    return (
        f"HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\nW {names}\n{''.join(rows)}"
        "HepMC::Asciiv3-END_EVENT_LISTING\n"
    )


TEXTS = {"rwgt.lhe": lhe(listed=False), "weights.lhe": lhe(listed=True), "e.hepmc3": hepmc()}


@pytest.mark.parametrize("file", TEXTS)
def test_any_weight_counts_by_its_name(file: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.write_text(TEXTS[file])
    first = EventFile(path=str(path), parents="B+", conjugates=False)
    seen = {first.provenance()["mean_weight"]: ""}
    for number, name in enumerate(("", *NAMES)):
        if name == "CV" and file.endswith("lhe"):
            continue
        branches = {"weight": name} if name else {}
        source = EventFile(path=str(path), parents="B+", conjugates=False, branches=branches)
        expected = VALUES[:, max(number - 1, 0)]
        assert source.provenance()["mean_weight"] == expected.mean()
        assert source.provenance()["branches"] == branches
        assert source.block(0).weights["event_file"].tolist() == (expected / expected.mean()).tolist()
        assert (source.sample_identity() == first.sample_identity()) == (not name)
        seen[expected.mean()] = name
    assert len(seen) == 4


@pytest.mark.parametrize("file", TEXTS)
def test_weights_that_are_not_there_are_named(file: str, tmp_path: Path) -> None:
    path = tmp_path / file
    for text, name, words in (
        (
            TEXTS[file],
            "1002",
            r"no weight of the name '1002' \(did you mean '1001'\?\); known: .*muR=0.5 muF=2, <=>, 1001",
        ),
        (TEXTS[file].replace("0.0078125", "x"), "<=>", "event 1 .*x"),
        (TEXTS[file].replace("0.0078125", ""), "1001", "event 1 .*weight" if "rwgt" not in file else ""),
        ("\n".join(line for line in TEXTS[file].split("\n") if "1001" not in line), "1001", "weight"),
    ):
        path.write_text(text)
        if not words:
            assert EventFile(path=str(path), parents="B+", branches={"weight": name}).n_parents
            continue
        with pytest.raises(DarkpairError, match=words) as refusal:
            EventFile(path=str(path), parents="B+", branches={"weight": name})
        assert "\n" not in str(refusal.value)


def test_a_factor_of_ours_is_read_by_its_name(tmp_path: Path) -> None:
    """To the last bit, of what our writer says in <rwgt>."""
    source = opened(write_nano(tmp_path / "e.root", [b_event()] * 3, weights=[0.1, 2.7, 1e-9]))
    (chunk,) = chunks(pipeline(source), None)
    record = chunk.record()
    with LHEWriter(tmp_path / "e.lhe", provenance={}) as file:
        file.write(record)
    again = EventFile(path=str(tmp_path / "e.lhe"), parents="K+", branches={"weight": "weight_event_file"})
    factor = np.asarray(record.weights.event_file)
    weights = again.block(0).originals.events["weight"]  # type: ignore[union-attr]
    assert weights.tolist() == factor.tolist()
