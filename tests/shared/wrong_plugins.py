"""Sources, chains and detectors that are wrong, each in one way; the border and the conformance kit have to say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import hist
import numpy as np
import pytest

import darkpair
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.events import Batch
from darkpair.gen.observed import Observed
from darkpair.gen.pipeline import Selected
from darkpair.gen.sources.gun import Gun

_GUN = Gun(momentum=(1.0, 3.0), cone=0.1)
_CHAIN = darkpair.build("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.4})


_LIVE: dict[int, Any] = {}


def _again(number: int) -> Any:
    return _LIVE[number]


class _Pickled:
    """What pickle gives back as it is: functions of a line cannot be pickled, and that is not what is wrong here."""

    def __reduce__(self) -> Any:
        _LIVE[id(self)] = self
        return _again, (id(self),)


class Source(_Pickled):
    """K_L of a gun, of which something is changed."""

    pdgid = 130

    def __init__(
        self, change: Callable[[Any], Any] = lambda made: made, n: Callable[[int], int] = int
    ) -> None:
        self.change, self.n = change, n

    def sample(self, n: int, rng: np.random.Generator) -> Any:
        return self.change(_GUN.sample(self.n(n), rng))


class Chain(_Pickled):
    """A chain of ours, of whose events something is changed."""

    def __init__(self, change: Callable[[Batch], Any]) -> None:
        self.change = change
        self.parent, self.decay, self.lifetimes = _CHAIN.parent, _CHAIN.decay, _CHAIN.lifetimes

    def batch(self, parents: Any, streams: Any) -> Any:
        return self.change(_CHAIN.batch(parents, streams))


class Detector(_Pickled):
    """Counts photons above an energy, and changes something."""

    def __init__(
        self,
        observed: Callable[[Observed], Any] = lambda made: made,
        selected: Callable[[Selected], Any] = lambda made: made,
    ) -> None:
        self.observed, self.selected = observed, selected

    def observe(self, truth: Batch, rng: np.random.Generator) -> Any:
        photons = truth.final_state(22)
        energy = photons.momentum[3]
        most = np.zeros(len(truth))
        np.maximum.at(most, photons.event, energy)
        return self.observed(
            Observed(
                n=len(truth), flat={"most": most}, lists={"Photon": (photons.counts, {"energy": energy})}
            )
        )

    def select(self, reco: Observed, weight: Any) -> Any:
        most = reco.flat["most"]
        cuts = [("loose", most > 0.5), ("middle", most < 2.0), ("tight", most > 0.8)]
        mask = np.logical_and.reduce([cut for _, cut in cuts])
        passed = {"Photon": reco.lists["Photon"][1]["energy"] > 0.5}
        return self.selected(Selected(mask=mask, cutflow=Cutflow.of(weight, cuts), passed=passed))


def _with(name: str, row: Any, value: float) -> Callable[[Any], Any]:
    """Parents with one number of an array changed."""

    def change(made: Any) -> Any:
        array = getattr(made, name).copy()
        array[row] = value
        return replace(made, **{name: array})

    return change


def _momentum(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda made: replace(made, momentum=function(made.momentum))


def _weights(function: Callable[[int], Any]) -> Callable[[Any], Any]:
    return lambda made: replace(made, weights={"w": function(len(made))})


#: By what is wrong: the source, and words of the line.
SOURCES: dict[str, tuple[Any, str]] = {
    "off shell": (
        Source(_momentum(lambda p: p * [[1.0], [1.0], [1.0], [1.001]])),
        "K_L0 of momentum .* energy",
    ),
    "one off shell": (Source(_with("momentum", (3, 9000), 5.0)), "energy 5 GeV; allowed: "),
    "E and p exchanged": (Source(_momentum(lambda p: p[[0, 1, 3, 2]])), "of momentum .* and energy"),
    "E first": (Source(_momentum(lambda p: p[[3, 0, 1, 2]])), "of momentum .* and energy"),
    "negative energy": (Source(_momentum(lambda p: p * [[1.0], [1.0], [1.0], [-1.0]])), "energy -"),
    "NaN momentum": (Source(_with("momentum", (0, 77), np.nan)), "momentum nan"),
    "infinite vertex": (Source(_with("vertex", (2, 16383), -np.inf)), "a vertex of -inf; allowed: finite"),
    "float32": (Source(_momentum(lambda p: p.astype(np.float32))), "momenta in float32; allowed: float64"),
    "transposed": (Source(_momentum(np.transpose)), r"shape \(16384, 4\); allowed: \(4, 16384\)"),
    "list": (Source(_momentum(np.ndarray.tolist)), "momenta as a list"),
    "twice as many": (Source(n=lambda n: 2 * n), "asked for 16384 parents and returned 32768"),
    "too few": (Source(n=lambda n: n - 1), "asked for 16384 parents and returned 16383"),
    "vertices of others": (
        Source(lambda made: replace(made, vertex=made.vertex[:, :5])),
        "returned 5 vertices",
    ),
    "another pdgid": (Source(lambda made: replace(made, pdgid=310)), "made PDG id 310; allowed: 130"),
    "other pdgids": (
        Source(lambda made: replace(made, pdgids=np.repeat(np.array([130, 310], dtype=np.int32), 8192))),
        "made PDG id 310; allowed: 130",
    ),
    "pdgids of floats": (
        Source(lambda made: replace(made, pdgids=np.full(len(made), 130.0))),
        "pdgids .*; allowed: an array .* of whole numbers",
    ),
    "NaN weights": (Source(_weights(lambda n: np.full(n, np.nan))), "a weight 'w' of nan; allowed: finite"),
    "one weight": (
        Source(_weights(lambda _: np.ones(1))),
        r"weight 'w' of the shape \(1,\); allowed: \(16384,\)",
    ),
    "weights of int": (
        Source(_weights(lambda n: np.ones(n, dtype=int))),
        "weight 'w' in int64; allowed: float64",
    ),
    "weights not by name": (
        Source(lambda made: replace(made, weights=np.ones(len(made)))),
        "weights as a ndarray",
    ),
    "a tuple": (Source(lambda made: (made.momentum, made.vertex)), "returned a tuple; allowed: Parents"),
}


def _part(**changes: Callable[[Any], Any]) -> Callable[[Batch], Batch]:
    def change(made: Batch) -> Batch:
        (part,) = made.parts
        return Batch((replace(part, **{k: f(getattr(part, k)) for k, f in changes.items()}),))

    return change


def _put(place: Any, value: float) -> Callable[[Any], Any]:
    def change(array: Any) -> Any:
        out = array.copy()
        out[place] = value
        return out

    return change


#: As `SOURCES`, of chains.
CHAINS: dict[str, tuple[Any, str]] = {
    "a record": (Chain(lambda made: made.record()), "returned a Array; allowed: a Batch"),
    "fewer events": (
        Chain(lambda made: made.take(np.arange(len(made)) % 2 == 0)),
        "made 8192 events of 16384 parents",
    ),
    "NaN momentum": (Chain(_part(momentum=_put((3, 6, 5), np.nan))), "miss the parent's by nan"),
    "energy is lost": (Chain(_part(momentum=_put((3, 6, 5), 0.0))), "miss the parent's by"),
    "momentum is lost": (Chain(_part(momentum=_put((0, 6), 0.5))), "miss"),
    "NaN vertex": (Chain(_part(vertices=_put((3, 1, 5), np.nan))), "a vertex at the time of nan"),
    "float32": (Chain(_part(momentum=lambda p: p.astype(np.float32))), r"float32; allowed: .* in float64"),
    "infinite weights": (
        Chain(_part(weights=lambda _: {"w": np.full(16384, np.inf)})),
        "a weight 'w' of inf",
    ),
    "one row twice": (
        Chain(lambda made: Batch((made.take(np.arange(16384) < 8192).parts[0],) * 2)),
        "two events into one row",
    ),
}


def _flat(function: Callable[[Observed], dict[str, Any]]) -> Detector:
    return Detector(observed=lambda made: replace(made, flat={**made.flat, **function(made)}))


def _stage(at: int, **changes: Callable[[Any], Any]) -> Detector:
    """A detector that says something else of a stage of its cut flow."""

    def change(made: Selected) -> Selected:
        stages = list(made.cutflow.stages)
        stages[at] = replace(stages[at], **{k: f(getattr(stages[at], k)) for k, f in changes.items()})
        return replace(made, cutflow=Cutflow(tuple(stages)))

    return Detector(selected=change)


def _pictured(histogram: Callable[[], Any]) -> Detector:
    return Detector(selected=lambda made: replace(made, histograms={"h": histogram()}))


class _Editor(Detector):
    """Sharpens the truth."""

    def observe(self, truth: Batch, rng: np.random.Generator) -> Any:
        truth.parts[0].momentum[3] *= 1.1
        return super().observe(truth, rng)


#: As `SOURCES`, of detectors.
DETECTORS: dict[str, tuple[Any, str]] = {
    "other events": (
        Detector(observed=lambda made: made.take(np.arange(made.n) > 0)),
        "observed 16383; allowed: n =",
    ),
    "a dict": (Detector(observed=lambda made: dict(made.flat)), "observed a dict; allowed: Observed"),
    "texts": (
        _flat(lambda made: {"word": np.full(made.n, "a")}),
        "word in <U1; allowed: bool, whole numbers",
    ),
    "complex": (_flat(lambda made: {"z": np.zeros(made.n, dtype=complex)}), "observed z in complex128"),
    "two numbers an event": (
        _flat(lambda made: {"xy": np.zeros((made.n, 2))}),
        r"observed xy as the shape \(16384, 2\)",
    ),
    "a list": (_flat(lambda made: {"l": [0.0] * made.n}), "observed l as a list"),
    "mask of numbers": (
        Detector(selected=lambda made: replace(made, mask=made.mask.astype(int))),
        r"the mask as \(16384,\) int64; allowed: \(16384,\) bool",
    ),
    "mask of others": (
        Detector(selected=lambda made: replace(made, mask=made.mask[1:])),
        r"the mask as \(16383,\) bool",
    ),
    "a mask": (Detector(selected=lambda made: made.mask), "selected a ndarray; allowed: Selected"),
    "begins late": (_stage(0, n=lambda n: n - 1), "begins its cut flow with 16383 of 16384"),
    "ends elsewhere": (_stage(-1, n=lambda n: n + 1), "ends its cut flow with .* events and accepts"),
    "ends with other weights": (
        _stage(-1, sum_w=lambda s: 1.01 * s),
        "ends its cut flow with the sum of weights",
    ),
    "NaN sum": (_stage(-1, sum_w=lambda _: np.nan), "ends its cut flow with the sum of weights nan"),
    "passed of others": (
        Detector(selected=lambda made: replace(made, passed={"Photon": made.mask})),
        r"passed\['Photon'\] as",
    ),
    "passed of nothing": (
        Detector(selected=lambda made: replace(made, passed={"Muon": made.mask})),
        "entries of 'Muon'; allowed: lists that it observed: Photon",
    ),
    "means in a histogram": (
        _pictured(lambda: hist.Hist(hist.axis.Integer(0, 9), storage=hist.storage.Mean())),
        "the histogram 'h' with Mean bins, which do not add exactly; allowed: Weight, Double, ",
    ),
    "more bins than a file holds": (
        _pictured(lambda: hist.Hist(*[hist.axis.Integer(0, 2999)] * 2)),
        "has histograms of 9006001 bins; allowed: 4194304",
    ),
    "edits the truth": (_Editor(), "writes into the truth"),
}

#: As `SOURCES`, of detectors whose fault is seen with other weights only: the kit's matter.
SUMS: dict[str, tuple[Any, str]] = {
    "sum of weights of another mask": (_stage(2, sum_w=lambda s: 0.9 * s), "middle"),
    "squares of another mask": (_stage(2, sum_w2=lambda s: 0.9 * s), "middle"),
    "events of another mask": (_stage(1, n=lambda n: n - 1), "loose"),
}


def caught(check: Callable[[], None]) -> str:
    """The one line with which a check of the kit fails."""
    with pytest.raises(AssertionError) as error:
        check()
    line = str(error.value)
    assert line
    assert "\n" not in line
    return line
