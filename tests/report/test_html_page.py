"""The page of a report: its numbers are the file's, it is readable by everybody, and nothing in a file becomes markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import hist
import numpy as np
import pytest

import darkpair
from darkpair.gen.toml_text import parse_toml
from darkpair.job.job import Job, job_of
from darkpair.report.html.material import Material
from darkpair.report.html.page import SECTIONS, page
from darkpair.report.html.samples import _after
from darkpair.run.report import LARGEST, gathered, write_report
from darkpair.run.runner import run_job
from tests.shared.report_pages import Page, parsed

pytest.importorskip("matplotlib", reason="a report has pictures, which matplotlib draws")

JOB: dict[str, Any] = {
    "run": {"n": 4000, "seed": 7},
    "source": {"name": "koto_kl"},
    "chain": {
        "model": "zprime-scalar",
        "parameters": {"m1": 0.0, "m2": "430 MeV", "G_X": "1 GF"},
        "modes": ["X1 pi0"],
        "lifetime": {"X2": "forced"},
    },
    "detector": {"name": "koto", "selection": "2016-18"},
    "output": {"picture": False},
}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)></style><svg onload=alert(3)>&lt;$\\frac{ \x00\u202e"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "koto.root"
    run_job(job_of(JOB, overrides={"output.path": str(out)}, where="here"))
    return out


@pytest.fixture(scope="module")
def material(path: Path) -> Material:
    return gathered(path, display=False)


@pytest.fixture(scope="module")
def shown(material: Material) -> Page:
    return parsed(page(material))


def near(cell: str, value: float) -> bool:
    """Whether a cell shows a number, to the digits that it has."""
    digits = len(re.sub(r"\D", "", cell.split("e", maxsplit=1)[0]).lstrip("0")) or 1
    return float(cell.replace(",", "")) == pytest.approx(value, rel=0.6 * 10.0 ** (1 - digits), abs=1e-300)


def test_the_cut_flow_is_the_file_s(shown: Page, path: Path) -> None:
    result = darkpair.read_provenance(path)["result"]
    rows = shown.table("Events, and sums of their weights")
    assert [row["cut"] for row in rows] == [row["cut"] for row in result["cutflow"]]
    before = result["cutflow"][0]["sum_w"]
    for row, own in zip(rows, result["cutflow"], strict=True):
        assert row["events"] == f"{own['n']:,}"
        assert near(row["sum of weights"], own["sum_w"])
        assert near(row["of all"], own["sum_w"] / result["generated"])
        assert near(row["of previous"], own["sum_w"] / before)
        before = own["sum_w"]
    for row in rows[1:]:
        ends = [float(end) for end in row["of all, 68 % interval"].split(" to ")]
        assert ends[0] < float(row["of all"]) < ends[1]
    low, high = rows[-1]["of all, 68 % interval"].split(" to ")
    assert near(low, result["acceptance_low"])
    assert near(high, result["acceptance_high"])


def test_the_weights_are_the_file_s(shown: Page, path: Path) -> None:
    events, provenance = darkpair.read_events(path), darkpair.read_provenance(path)
    weight = np.asarray(darkpair.total_weight(events))
    assert np.ptp(weight) > 0.0  # (or there is nothing to see)
    generated, accepted = shown.table("Weights of the generated")
    for row, own in zip((generated, accepted), (0, -1), strict=True):
        stage = provenance["result"]["cutflow"][own]
        assert near(row["sum of weights"], stage["sum_w"])
        assert near(row["effective number"], stage["sum_w"] ** 2 / stage["sum_w2"])
    rows = {row["weight"]: row for row in shown.table("genWeight and its factors")}
    assert list(rows) == ["genWeight", *events.weights.fields]
    assert near(rows["genWeight"]["smallest"], weight.min())
    assert near(rows["genWeight"]["mean"], weight.mean())
    assert near(rows["genWeight"]["largest"], weight.max())
    assert near(rows["genWeight"]["largest share of one event"], weight.max() / weight.sum())


def test_the_rates_are_those_of_the_model(shown: Page) -> None:
    model = darkpair.ZPrimeScalar(m1=0.0, m2=0.43, G_X="1 GF")
    rows = {row["decay"]: row for row in shown.table("Rates of zprime-scalar")}
    assert near(rows["K_L0 -> X1 X2"]["BR"], float(model.branching_ratio("K_L0", "X1 X2")))
    assert near(rows["X2 -> X1 pi0"]["c tau [mm]"], float(model.ctau("X2")))


def test_the_provenance_is_the_file_s(shown: Page, path: Path) -> None:
    provenance = darkpair.read_provenance(path)
    rows = {row["what"]: row["value"] for row in shown.table("How the file was made")}
    assert rows["seed"] == "7"
    assert rows["sample, digest"] == provenance["sample"]["digest"]
    assert rows["versions"] == ", ".join(
        f"{name} {version}" for name, version in provenance["versions"].items()
    )
    cited = shown.table("What the numbers rest on")
    assert [row["part"] for row in cited] == list(provenance["references"])
    for row in cited:
        assert all(key in row["rests on"] for key in provenance["references"][row["part"]])


def test_the_expected_events_are_the_file_s(shown: Page, path: Path) -> None:
    rows = {row["what"]: row["value"] for row in shown.table("What the run came to")}
    expected = darkpair.read_provenance(path)["result"]["expected"]
    assert near(rows["expected events"].split()[0], expected["value"])


def test_the_job_on_the_page_makes_the_same_sample(shown: Page, path: Path) -> None:
    text = shown.codes[0]
    again = job_of(parse_toml(text, "page"), where="page")
    provenance = darkpair.read_provenance(path)
    assert again.pipeline().digest == provenance["sample"]["digest"]
    assert again == Job.model_validate(provenance["job"])


def test_the_line_is_of_accepted_events(material: Material) -> None:
    """What is in the signal box, in the bins of the stored plane: MeV there, GeV in the file."""
    plane = material.histograms["pt_z"]
    assert material.events is not None
    after = _after(material.events, plane.project(1), material.output["events"])
    assert after is not None
    assert after.sum() == pytest.approx(material.result["cutflow"][-1]["sum_w"])
    assert (after <= plane.project(1).values() * (1.0 + 1e-9)).all()
    assert plane.axes[1].centers[after.argmax()] == pytest.approx(190.0, abs=60.0)
    twice = _after(material.events, plane.project(1), 2 * material.output["events"])
    assert twice is not None
    assert np.allclose(twice, 2.0 * after)


def test_closure_and_masses(shown: Page, path: Path) -> None:
    events = darkpair.read_events(path)
    closed = shown.table("Conservation of four-momentum")
    assert [row["decay of"] for row in closed] == ["K_L0", "X2", "pi0"]
    assert {row["vertices"] for row in closed} == {f"{len(events):,}"}
    assert {row["verdict"] for row in closed} == {"holds"}
    shells = {row["particle"]: row for row in shown.table("Mass shells")}
    assert shells["gamma"]["number"] == f"{2 * len(events):,}"
    assert {row["verdict"] for row in shells.values()} == {"holds"}
    assert near(shells["X2"]["mass [GeV]"], 0.43)


def test_broken_events_are_seen(material: Material) -> None:
    events = material.events
    assert events is not None
    momentum = events.momentum.copy()
    momentum[0, 4] += 1e-3 * momentum[3, 4]  # a pi0 of the first event
    shown = parsed(page(replace(material, events=replace(events, momentum=momentum))))
    verdicts = {row["decay of"]: row["verdict"] for row in shown.table("Conservation of four-momentum")}
    assert {name for name, verdict in verdicts.items() if verdict.startswith("does not hold")} == {
        "X2",
        "pi0",
    }
    shells = {row["particle"]: row["verdict"] for row in shown.table("Mass shells")}
    assert {name for name, verdict in shells.items() if verdict.startswith("does not hold")} == {"pi0"}


def test_it_is_for_everybody(shown: Page) -> None:
    assert shown.heads[0][0] == 1
    assert {level for level, _ in shown.heads[1:]} == {2}
    expected = [head for _, head, _ in SECTIONS]
    assert [text for _, text in shown.heads[1:]] == expected
    assert shown.of("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in shown.of("meta")
    plots = [own for own in shown.of("svg") if own.get("class") == "plot"]
    assert len(plots) >= 6
    assert all(own["role"] == "img" and len(own["aria-label"]) > 20 for own in plots)
    assert len(shown.of("figcaption")) == len(shown.of("figure")) == len(plots)
    assert all(shown.tables)  # each has a caption
    assert all(own.get("scope") in ("col", "row") for own in shown.of("th"))
    identities = [own["id"] for _, own in shown.elements if "id" in own]
    assert len(identities) == len(set(identities))
    anchors = {own["href"].removeprefix("#") for own in shown.of("a")}
    assert anchors <= set(identities)
    assert shown.notes == []


def test_nothing_is_loaded(shown: Page, material: Material) -> None:
    assert shown.loads() == []
    assert shown.of("script") == shown.of("link") == shown.of("iframe") == []
    text = page(material)
    assert "@import" not in text
    assert [url for url in re.findall(r"url\(([^)]*)\)", text) if not url.startswith("#")] == []
    policy = next(own["content"] for own in shown.of("meta") if "http-equiv" in own)
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy


def test_the_same_file_makes_the_same_page(path: Path, tmp_path: Path) -> None:
    pages = [write_report(path, tmp_path / name).read_bytes() for name in ("a.html", "b.html")]
    assert pages[0] == pages[1]
    assert len(pages[0]) < LARGEST / 2


def spoiled(value: Any, spoil: Callable[[str], str]) -> Any:
    """Plain values whose texts somebody wrote anew, names of tables too."""
    match value:
        case str():
            return spoil(value)
        case dict():
            return {key: spoiled(entry, spoil) for key, entry in value.items()} | {HOSTILE: HOSTILE}
        case list():
            return [spoiled(entry, spoil) for entry in value]
    return value


def require_harmless(text: str) -> None:
    shown = parsed(text)
    assert "alert(1)" in shown.text  # it is read
    assert shown.of("script") == shown.of("img") == shown.of("iframe") == []
    assert not [name for _, own in shown.elements for name in own if name.startswith("on")]
    assert shown.loads() == []
    assert "\x00" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("spoil", [lambda text: text + HOSTILE, lambda _: HOSTILE], ids=["behind", "instead"])
def test_hostile_texts_stay_texts(material: Material, spoil: Callable[[str], str]) -> None:
    histograms: dict[str, Any] = {
        HOSTILE: hist.Hist(
            hist.axis.Regular(9, 0.0, 1.0, name="x", label=HOSTILE),
            hist.axis.Regular(9, 0.0, 1.0, name="y", label="$\\bad$"),
        ).fill([0.5], [0.5])
    }
    bad = replace(
        material,
        path=Path(HOSTILE.replace("/", "_").replace("\x00", "")),
        provenance=spoiled(material.provenance, spoil),
        job=spoil(material.job),
        histograms=histograms,
        references={HOSTILE: [HOSTILE]},
        missing={"rates": HOSTILE},
        rates=(),
    )
    require_harmless(page(bad))


def test_a_label_is_no_mathematics_of_ours(material: Material) -> None:
    axis = hist.axis.Regular(9, 0.0, 1.0, name="x", label=r"$\bad$ and $x^2$")
    shown = parsed(page(replace(material, histograms={"h": hist.Hist(axis).fill([0.5])})))
    assert shown.notes == []
    assert r"$\bad$ and $x^2$" in shown.text


def test_one_bad_table_breaks_one_section(material: Material) -> None:
    provenance = dict(material.provenance) | {"chain": {"decay": 3, "particles": [1], "modes": "x"}}
    shown = parsed(page(replace(material, provenance=provenance)))
    assert any(note.startswith("This cannot be shown") for note in shown.notes)
    assert shown.table("Events, and sums of their weights")


def test_what_is_endless_is_cut(material: Material) -> None:
    long = "x" * 3_000_000
    provenance = dict(material.provenance)
    provenance["versions"] = {f"package {i}": long for i in range(30)}
    provenance["result"] = dict(provenance["result"], cutflow=provenance["result"]["cutflow"] * 100)
    text = page(replace(material, provenance=provenance, job=long, references={"a": ["b"] * 10000}))
    assert len(text) < LARGEST
    assert "letters more" in text
    assert "rows more are left out" in text
