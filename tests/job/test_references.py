"""What numbers rest on: every plug-in of ours declares it, every key has its entry, and every entry is from what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from darkpair.chains.models import MODELS
from darkpair.cli import main
from darkpair.detectors.catalogue import data_files
from darkpair.gen import data_files as shipped
from darkpair.gen.errors import InputError
from darkpair.gen.output import FORMATS
from darkpair.gen.references import bibtex, cited_in, entries, references_of, sources_in
from darkpair.gen.sources import SOURCES
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.meson_files import MADE_BY, stored
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.job.job import Job, load_job
from darkpair.job.plugins import PLUGINS
from darkpair.job.references import references_of_job, references_of_provenance
from darkpair.run.runner import run_job
from darkpair.searches import SEARCHES, searches
from tests.shared import small_events
from tests.shared.event_files import b_event, opened, write_nano
from tests.shared.forms import Form, every_form

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
BIB = files("darkpair.gen").joinpath("data/references.bib")


def test_the_file_is_bibtex() -> None:
    """Read in another way: braces balance, each entry ends, keys are one's own and in order, no field is empty."""
    text = BIB.read_text(encoding="utf-8")
    blocks = re.split(r"^@", text, flags=re.MULTILINE)[1:]
    keys = [block.partition("{")[2].partition(",")[0] for block in blocks]
    assert keys == list(entries())
    assert len(set(keys)) == len(keys)
    assert keys[2:] == sorted(keys[2:], key=str.lower)
    for key, block in zip(keys, blocks, strict=True):
        depth = 0
        for character in block:
            depth += {"{": 1, "}": -1}.get(character, 0)
            assert depth >= 0, key
        assert depth == 0, key
        fields = re.findall(r"^  (\w+) = \{(.+)\},$", block, re.MULTILINE)
        assert len(fields) == block.count("\n  "), key
        assert entries()[key].fields == dict(fields)
        assert entries()[key].fields.get("eprint", key.removeprefix("arXiv:")) == key.removeprefix("arXiv:")


def test_every_entry_says_where_it_is_from() -> None:
    """And what a file of ours is said to cite, it cites."""
    for key, entry in entries().items():
        assert entry.fields["note"], key
        cited = re.fullmatch(r"as (.*) cites? it", entry.fields["note"])
        for place in cited[1].split(", ") if cited and "github" not in entry.fields["note"] else ():
            text = (ROOT / place).read_text(encoding="utf-8")
            words = entry.words or key.removeprefix("arXiv:").removeprefix("doi:")
            assert words in text, (key, place)


def test_what_data_files_cite_has_an_entry() -> None:
    texts = [
        text
        for package, path in shipped.data_files().values()
        if path.endswith(".toml")
        for text in sources_in(shipped.load(package, path))
    ]
    cited = cited_in(texts)
    assert len(cited) > 50
    assert set(cited) <= set(entries())


def things(folder: Path) -> Iterator[tuple[str, Any]]:
    """One of each source, model, detector and search of ours, and each format."""
    made = {
        "dump_mesons": DumpMesons(meson="eta"),
        "event_file": opened(write_nano(folder / "events.root", [b_event()])),
        "gun": Gun(),
        "koto_kl": KotoKL(),
        "upsilon4s": Upsilon4S(),
    }
    assert set(made) == set(SOURCES.ours)
    yield from made.items()
    yield from ((name, MODELS.factory(name)) for name in MODELS.ours)
    for name in data_files():
        yield name, PLUGINS["detectors"].factory(name)()
    yield from searches(
        [name for name in SEARCHES if not name.startswith(("koto", "charm", "nucal"))]
    ).items()
    yield from ((name, FORMATS[name]) for name in FORMATS.ours)


def test_every_plugin_of_ours_has_references(tmp_path: Path) -> None:
    lacking = [name for name, thing in things(tmp_path) if not references_of(thing)]
    assert lacking == []
    for _, thing in things(tmp_path):
        assert set(references_of(thing)) <= set(entries())
    for name in SEARCHES:
        if name.startswith(("koto", "charm", "nucal")):  # (made of samples: by their classes)
            assert isinstance(SEARCHES.factory(name).func.references, property)
    assert set(MADE_BY) >= {key.generator for key in stored()}
    assert {key for keys in MADE_BY.values() for key in keys} <= set(entries())


def test_wrong_references_are_one_line() -> None:
    class Mine:
        references: Any = "arXiv:2005.07102"

    thing = Mine()
    for wrong in ("arXiv:2005.07102", 3, (3,), ("a paper",)):
        thing.references = wrong
        with pytest.raises(InputError, match=r"allowed: a tuple of keys"):
            references_of(thing)
    thing.references = ("arXiv:1234.56789", "arXiv:hep-ph/0101234", "doi:10.1000/a(b)1")
    assert references_of(thing) == thing.references
    texts = list(bibtex(references_of(thing)))
    assert texts[0].startswith("@misc{arXiv:1234.56789,\n  eprint = {1234.56789},")
    assert "hep-ph/0101234" in texts[1]
    assert "10.1000/a(b)1" in texts[2]
    assert references_of(object()) == ()


def test_identifiers_in_words() -> None:
    text = "A, arXiv:2005.07102, eq. 5; 2020.12345678, hep-ex/0308008. PDG 2026 and 10.17182/hepdata.166082)"
    assert cited_in([text]) == (
        "arXiv:2005.07102",
        "arXiv:hep-ex/0308008",
        "PDG:2026",
        "doi:10.17182/hepdata.166082",
    )


def said(*words: object) -> str:
    done = CliRunner().invoke(main, ["cite", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("form", every_form(layout="cartesian", kind="ttree"))
def test_every_file_says_what_to_cite(form: Form, tmp_path: Path) -> None:
    """And a job file what its run would."""
    path = tmp_path / f"e{form.ending}"
    over = {"run.n": 100, "output.picture": False, "output.path": str(path)}
    job = load_job(EXAMPLES / "koto_pi0.toml", overrides=over)
    run_job(job)
    text = said(path)
    for words in (
        "@software{darkpair,",
        "@article{arXiv:2005.07102,",
        "Hostert",
        "@misc{arXiv:1509.03386,",
        "@misc{arXiv:1810.09655,",
    ):
        assert text.count(words) == 1, words
    parts = json.loads(said(path, "--json"))["references"]
    assert parts == references_of_job(job, job.pipeline())
    assert list(parts) == ["generator", "source", "chain", "detector", "format"]
    own = {"format": parts.pop("format")}
    assert own["format"] == list(form.writer.references)
    of_job = json.loads(said(EXAMPLES / "koto_pi0.toml", "--json"))["references"]
    assert {part: keys for part, keys in of_job.items() if part != "format"} == parts


#: What an output of each kind of event file cites of its source.
OF_FILES = {
    "root": ["uproot"],
    "hepmc2": ["arXiv:1912.08005"],
    "hepmc3": ["arXiv:1912.08005"],
    "lhe": ["arXiv:hep-ph/0609017", "arXiv:1405.1067"],
    "hepevt": ["HEPEVT:1989"],
}


def test_an_event_file_cites_its_own_format(tmp_path: Path) -> None:
    """And several files each of theirs; the output's own format is another part."""
    events = small_events.toy_events(3)
    paths = {}
    for kind in OF_FILES:
        paths[kind] = tmp_path / f"events.{kind}"
        if kind == "root":
            write_nano(paths[kind], [b_event()])
        else:
            paths[kind].write_text(getattr(small_events, kind)(events))
    for kind, keys in OF_FILES.items():
        source = {"name": "event_file", "path": str(paths[kind]), "parents": ["B+"]}
        out = tmp_path / f"of_{kind}.root"
        job = Job.model_validate(
            {
                "source": source,
                "chain": {"decay": "B+ -> K+ X1 X2", "mass": {"X1": 0.001, "X2": 0.002}},
                "output": {"path": str(out), "picture": False},
            }
        )
        run_job(job)
        assert json.loads(said(out, "--json"))["references"]["source"] == keys
    both = EventFile(path=(str(paths["hepmc3"]), str(paths["hepmc2"])), parents="B+")
    assert list(references_of(both)) == OF_FILES["hepmc3"]
    assert set(references_of(EventFile)) == {key for keys in OF_FILES.values() for key in keys}


def test_what_a_damaged_file_cites_stays_in_its_line(tmp_path: Path) -> None:
    """And is no entry."""
    job = load_job(
        EXAMPLES / "koto_pi0.toml",
        overrides={"run.n": 100, "output.picture": False, "output.path": str(tmp_path / "e.lhe")},
    )
    run_job(job)
    text = (tmp_path / "e.lhe").read_text()
    table = json.dumps({"references": {"source": ["a\n@misc{b", "arXiv:2005.07102"]}})
    start, end = text.index("<darkpair_provenance>"), text.index("</darkpair_provenance>")
    (tmp_path / "e.lhe").write_text(f"{text[:start]}<darkpair_provenance>\n{table}\n{text[end:]}")
    lines = said(tmp_path / "e.lhe").splitlines()
    assert lines[0] == "% source: a @misc{b, arXiv:2005.07102"
    assert [line for line in lines if line.startswith("@")] == ["@article{arXiv:2005.07102,"]


def test_a_model_cites_its_inputs() -> None:
    keys = json.loads(said(EXAMPLES / "koto_zprime.toml", "--json"))["references"]["model"]
    assert keys[0] == "arXiv:2005.07102"
    assert "arXiv:1503.02693" in keys
    assert len(set(keys)) == len(keys)


def test_models_with_plus_signs_cite_each(tmp_path: Path) -> None:
    """A job of a combination, of which one part alone makes the channel: it was refused as a model of no name."""
    text = (EXAMPLES / "koto_zprime.toml").read_text()
    job = tmp_path / "koto_zprime.toml"
    job.write_text(text.replace('"zprime-scalar"', '"zprime-scalar + impostor"'))
    assert job.read_text() != text
    both = {*references_of(MODELS.factory("zprime-scalar")), *references_of(MODELS.factory("impostor"))}
    assert both < {*json.loads(said(job, "--json"))["references"]["model"]}


def test_files_of_before_and_of_others(tmp_path: Path) -> None:
    """What nobody declared is said."""
    before = ROOT / "tests" / "gen" / "before" / "events.hepmc3.gz"
    text = said(before)
    assert "@software{darkpair," in text
    assert references_of_provenance({"seed": 3}) == {"generator": ["darkpair", "arXiv:2005.07102"]}
    stranger = {"source": {"type": "Mine"}, "chain": {"modes": {"a -> b": "element of arXiv:1509.06235"}}}
    parts = references_of_provenance(stranger)
    assert parts["source"] == []
    assert parts["chain"] == ["arXiv:1509.06235"]
    done = CliRunner().invoke(main, ["cite", str(tmp_path / "none.root")])
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


def test_bibtex_has_no_notes_of_the_package_to_itself() -> None:
    text = "\n".join(bibtex(entries()))
    assert all(entry.key in text for entry in entries().values())
    assert not re.search(r"^  (note|cited) = ", text, flags=re.MULTILINE)
    assert "github.com" not in re.sub(r"^  url = .*$", "", text, flags=re.MULTILINE)
