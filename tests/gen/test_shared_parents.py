"""Errors count parents: held to the spread over independent files, and sums to what loops over parents give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import hist
import numpy as np
import pytest

from darkpair.detectors.efficiency import estimate
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch, Parents
from darkpair.gen.filling import fill
from darkpair.gen.observed import Observed
from darkpair.gen.pipeline import Pipeline, Selected, chunks
from darkpair.gen.shared_parents import shared
from darkpair.gen.sources.event_file import EventFile
from darkpair.job.job import Job
from tests.shared.eta_files import eta_job, write_eta

USES = 8
REPLICAS = 160
PARENTS = 160


@dataclass(frozen=True)
class Resampled:
    """A file of parents that are drawn independently from those of another: its `EventFile`."""

    file: EventFile
    seed: int
    n_parents: int = PARENTS * USES

    @property
    def pdgid(self) -> int:
        return self.file.pdgid

    @property
    def masses(self) -> Any:
        return self.file.masses

    @property
    def uses(self) -> int:
        return self.file.uses

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        raise NotImplementedError

    def block(self, index: int) -> Parents:
        assert index == 0
        whole = _parents(self.file)
        picked = np.random.default_rng(self.seed).integers(len(whole) // USES, size=PARENTS)
        return whole.take((picked[:, None] * USES + np.arange(USES)).ravel())

    def turned(self, parents: Parents, rng: np.random.Generator) -> Parents:
        return self.file.turned(parents, rng)


@cache
def _parents(file: EventFile) -> Parents:
    return file.block(0)


class Eastward:
    """Accepts events whose eta flies to x > 0: all uses of a parent alike, unless it is turned."""

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        return Observed(n=len(truth), flat={"px": truth.parts[0].momentum[0, 0].copy()})

    def select(self, reco: Observed, weight: Any) -> Selected:
        mask = reco.flat["px"] > 0.0
        return Selected(mask=mask, cutflow=Cutflow.of(weight, [("east", mask)]))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_eta(tmp_path_factory.mktemp("eta") / "eta.root", 2000)


def of_job(path: Path, seed: int = 480, **source: Any) -> Pipeline:
    return Job.model_validate(eta_job(path, path.with_name("out.root"), seed=seed, **source)).pipeline()


def replicas(pipeline: Pipeline, detector: Any) -> tuple[Any, Any, Any]:
    """Acceptances of independent files, their errors, and what they would be if each event were independent."""
    rows = []
    for seed in range(REPLICAS):
        source: Any = Resampled(pipeline.source, seed)  # type: ignore[arg-type]
        made = Pipeline(source=source, chain=pipeline.chain, detector=detector, seed=seed)
        (chunk,) = chunks(made, None)
        w, n = chunk.events.weight, chunk.cutflow.generated
        naive = np.sqrt((w * w).sum() - w.sum() ** 2 / n) / n
        rows.append((chunk.cutflow.acceptance, chunk.cutflow.acceptance_error, naive))
    return tuple(np.transpose(rows))


@pytest.mark.parametrize(("azimuth", "detector"), [("kept", "nucal"), ("free", "east")])
def test_the_spread_over_independent_files_is_the_error(path: Path, azimuth: str, detector: str) -> None:
    """The width of the pulls is 1 within 4 of its standard errors: by chance 6e-5 of normal ones are not."""
    pipeline = of_job(path, uses=USES, azimuth=azimuth)
    value, error, naive = replicas(pipeline, pipeline.detector if detector == "nucal" else Eastward())
    spread, four = value.std(ddof=1), 4.0 / np.sqrt(2.0 * REPLICAS)
    assert spread / np.sqrt((error**2).mean()) == pytest.approx(1.0, abs=four)
    by_use = spread / np.sqrt((naive**2).mean())
    assert by_use > 1.0 + four  # an error by use is too small


def test_uses_leave_the_mean(path: Path) -> None:
    """By many seeds: one use, eight, and eight that are turned."""
    flows = {}
    for name, source in (("once", {}), ("kept", {"uses": 8}), ("free", {"uses": 8, "azimuth": "free"})):
        seeds = range(24) if name == "once" else range(3)
        parts = [chunk.cutflow for seed in seeds for chunk in chunks(of_job(path, seed, **source), None)]
        flows[name] = Cutflow.total(parts)
    once, kept, free = (flow.acceptance for flow in flows.values())
    # the same parents in each: what differs are decays, whose errors are those by use
    spread = [np.sqrt(flow.stages[-1].sum_w2) / flow.generated for flow in (flows["once"], flows["once"])]
    assert abs(once - kept) < 4.0 * np.hypot(*spread)
    assert abs(once - free) < 4.0 * np.hypot(*spread)


def test_intervals_cover_by_parent() -> None:
    """Of fifty parents, whose uses are accepted with one probability each; an interval by use covers too little."""
    rng = np.random.default_rng(7)
    a, b, parents, tries = 0.3, 2.7, 50, 600
    covered, limited, naive = 0, 0, 0
    for _ in range(tries):
        p = rng.beta(a, b, parents)
        mask = (rng.random((parents, USES)) < p[:, None]).ravel()
        with shared(USES):
            by_parent = estimate(Cutflow.of(np.ones(len(mask)), [("all", mask)]))
        by_use = estimate(Cutflow.of(np.ones(len(mask)), [("all", mask)]))
        covered += by_parent.low <= a / (a + b) <= by_parent.high
        naive += by_use.low <= a / (a + b) <= by_use.high
        limited += by_parent.upper_limit >= a / (a + b)
    four = 4.0 * np.sqrt(0.25 / tries)
    assert covered / tries > 0.683 - four
    assert limited / tries > 0.90 - four
    assert naive / tries < 0.55


def test_no_accepted_event_limits_by_parent() -> None:
    none = np.zeros(80, dtype=bool)
    with shared(USES):
        flow = Cutflow.of(np.ones(80), [("all", none)])
    alone = Cutflow.of(np.ones(10), [("all", none[:10])])
    assert (flow.acceptance, flow.acceptance_error) == (0.0, None)
    assert estimate(flow).upper_limit == estimate(alone).upper_limit


@pytest.mark.parametrize("uses", [2, 4, 16])
def test_sums_are_those_of_a_loop(uses: int) -> None:
    rng = np.random.default_rng(uses)
    n = 64 * uses
    weight, masks = rng.normal(1.0, 1.0, n), rng.random((2, n)) < 0.6
    with shared(uses):
        flow = Cutflow.of(weight, [("one", masks[0]), ("two", masks[1])])
    for stage, alive in zip(flow.stages, (np.ones(n, bool), masks[0], masks[0] & masks[1]), strict=True):
        sums = [(weight * alive)[i : i + uses].sum() for i in range(0, n, uses)]
        there = [bool(alive[i : i + uses].any()) for i in range(0, n, uses)]
        assert (stage.n, stage.parents) == (alive.sum(), sum(there))
        assert (stage.sum_w, stage.sum_w2) == pytest.approx((sum(sums), sum(s * s for s in sums)))
        assert stage.largest == pytest.approx(max(map(abs, sums)))
    means = np.array([(weight * masks[0] * masks[1])[i : i + uses].mean() for i in range(0, n, uses)])
    assert flow.acceptance_error == pytest.approx(means.std() / 8.0)
    again = Cutflow.from_dict(flow.to_dict())
    assert again.acceptance_error == flow.acceptance_error
    assert again.uses == uses


def test_a_histogram_counts_a_parents_entries_of_a_bin_once() -> None:
    h = hist.Hist(
        hist.axis.Regular(2, 0.0, 2.0), hist.axis.StrCategory([], growth=True), storage=hist.storage.Weight()
    )
    x, w, event = np.array([0.5, 0.5, 1.5, 9.0, 0.5]), np.array([1.0, 2.0, 4.0, 8.0, 16.0]), np.arange(5)
    with shared(4):
        fill(h, x, "X2", weight=w, event=event)
    assert h.view(flow=True)["variance"].ravel().tolist() == [0.0, 9.0 + 256.0, 16.0, 64.0]


def test_a_detector_that_counts_uses_is_refused(path: Path) -> None:
    class Plain(Eastward):
        def select(self, reco: Observed, weight: Any) -> Selected:
            mask = reco.flat["px"] > 0.0
            stages = [Stage.of("generated", weight), Stage.of("east", weight[mask])]
            return Selected(mask=mask, cutflow=Cutflow(tuple(stages)))

    made = of_job(path, uses=USES)
    with pytest.raises(
        InputError,
        match=r"of .* parents, each used 8 times, as if they were independent; allowed: Cutflow.of",
    ):
        list(chunks(Pipeline(source=made.source, chain=made.chain, detector=Plain()), None))
    once = of_job(path)
    assert len(list(chunks(Pipeline(source=once.source, chain=once.chain, detector=Plain()), None))) == 1


def test_flows_of_other_uses_do_not_add() -> None:
    flows = []
    for uses in (1, 2):
        with shared(uses):
            flows.append(Cutflow.of(np.full(4, 0.5), []))
    with pytest.raises(InputError, match="used 1 and 2 times do not add"):
        flows[0] + flows[1]


def test_a_scan_counts_parents() -> None:
    @dataclass(frozen=True)
    class Flat:
        def weight(self, length: Any, ctau: float) -> Any:
            return np.ones(len(length))

        def bound(self, ctau: float) -> float:
            return 1.0

    law: Any = Flat()
    rng = np.random.default_rng(1)
    parent = np.sort(rng.integers(100, size=150))
    order = rng.permutation(150)  # of several topologies events stand in another order
    scan = ScanSample(
        law=law,
        length=np.ones((1, 150)),
        weight=np.ones(150),
        generated=800,
        largest=8.0,
        parent=parent[order],
        uses=8,
    )
    mask = np.zeros(800, dtype=bool)
    for p, count in zip(*np.unique(parent, return_counts=True), strict=True):
        mask[8 * p : 8 * p + count] = True
    with shared(8):
        flow = Cutflow.of(np.ones(800), [("all", mask)])
    mine, other = scan.efficiency(10.0, effective_min=1.0), estimate(flow)
    assert (mine.value, mine.error, mine.effective) == pytest.approx(
        (other.value, other.error, other.effective)
    )
    assert mine.high == pytest.approx(other.high, rel=0.05)
