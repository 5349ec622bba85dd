"""Sections of a report about the events: distributions, planes, places of decays, weights, and whether all is conserved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.tables import Table
from darkpair.gen.units import ENERGY, LENGTH
from darkpair.report.checks import closures, largest_allowed, shells
from darkpair.report.html.figures import line_of, places_of, plane_of, spread_of
from darkpair.report.html.markup import Markup, element, figure, joined, table_of
from darkpair.report.html.plots import label
from darkpair.report.outlines import outlines, solids_of

if TYPE_CHECKING:
    import hist

    from darkpair.gen.cutflow import Cutflow
    from darkpair.gen.sources.written import Written
    from darkpair.report.html.material import Material

__all__ = ["distributions", "places", "planes", "validation", "weights"]

#: Pictures of a kind that a page has at most.
_MOST: Final = 6
#: Flight [mm] that can be seen in a picture of metres.
_FLIGHT: Final = 1.0


def _note(material: Material, name: str) -> Markup:
    """Why a section has nothing to show."""
    return element("p", material.missing.get(name, "There is nothing to show."), class_="note")


def _projections(material: Material) -> Iterator[tuple[str, hist.Hist[Any]]]:
    """Histograms of one numeric axis: those of the file, and the projections of its planes."""
    for number, (name, histogram) in enumerate(material.histograms.items()):
        for turn, axis in enumerate(histogram.axes):
            if axis.traits.discrete or len(axis.edges) < 3:
                continue
            yield (
                f"h{number}-{turn}-{''.join(c for c in name if c.isascii() and c.isalnum())}",
                histogram.project(turn),
            )


def distributions(material: Material) -> Markup:
    """What the selection looked at, with the accepted events of the file over it."""
    pictures = []
    for name, histogram in _projections(material):
        after = _after(material.events, histogram, material.output["events"])
        words = f"Stored histogram of {label(histogram.axes[0].label or histogram.axes[0].name, plain=True)}"
        if after is not None and np.allclose(after, histogram.values(), rtol=1e-6):
            after, words = None, f"{words}, of what is accepted"
        elif after is not None:
            words += "; the line is what is accepted" + (
                f", from {material.part}, scaled" if material.part else ""
            )
        pictures.append(figure(line_of(name, histogram, after), f"{words}."))
    if not pictures:
        return _note(material, "histograms")
    left = len(pictures) - _MOST
    more = [element("p", f"{left} more are left out: darkpair run draws them.", class_="note")] * (left > 0)
    return joined([element("div", *pictures[:_MOST], class_="pair"), *more])


def _after(events: Written | None, histogram: hist.Hist[Any], total: int) -> NDArray[np.float64] | None:
    """The same histogram of accepted events, where the file has the variable of that name."""
    axis = histogram.axes[0]
    if events is None or not len(events) or axis.name not in events.variables:
        return None
    variable = events.variables[axis.name]
    values, weight = variable.values / _unit(axis.label), events.weight[variable.event]
    counts = np.histogram(values, bins=np.asarray(axis.edges), weights=weight)[0]
    return np.asarray(counts * (total / len(events)), dtype=np.float64)


def _unit(text: str) -> float:
    """What the unit of a label, in brackets at its end, is in GeV or mm; 1 of any other."""
    unit = text.rpartition("[")[2].rstrip("] ")
    return (ENERGY | LENGTH).get(unit, 1.0)


def planes(material: Material) -> Markup:
    """Stored histograms of two axes; in the first one the signal box."""
    pictures = []
    detector = material.detector
    box = detector.signal_box() if hasattr(detector, "signal_box") else []
    flat = [(name, histogram) for name, histogram in material.histograms.items() if histogram.ndim == 2]
    for number, (name, histogram) in enumerate(flat[:_MOST]):
        own = box if number == 0 else []
        words = f"Stored plane {name!r}" + (
            f", after every cut but those of the signal box, {getattr(detector, 'selection', '')}, whose corners are drawn"
            if own
            else ""
        )
        pictures.append(figure(plane_of(f"plane{number}", histogram, own), f"{words}."))
    return element("div", *pictures, class_="pair") if pictures else Markup()


def places(material: Material) -> Markup:
    """Where what flies decays, against the detector's outline."""
    events = material.events
    if events is None:
        return _note(material, "events")
    if events.vertex is None:
        return element("p", "The file's format does not hold where particles were made.", class_="note")
    parts = outlines(solids_of(material.detector))
    pictures = []
    for number, (pdgid, place, weight) in enumerate(_flights(events)):
        name = material.name(pdgid)
        words = f"Where {name} decay, from above (x) and from the side (y): the lighter a cell, the larger its sum of weights"
        words += f", of {material.part}." if material.part else "."
        pictures.append(figure(places_of(f"places{number}", name, place, weight, parts), words))
    why = material.missing.get("detector")
    note = [element("p", why, class_="note")] if why else []
    if not pictures:
        return joined([*note, element("p", "Nothing in these events flies before it decays.", class_="note")])
    return joined([*note, element("div", *pictures[:4], class_="pair")])


def _flights(events: Written) -> Iterator[tuple[int, NDArray[np.float64], NDArray[np.float64]]]:
    """What decays elsewhere than where it was made: PDG id, places (3, k) [mm] and weights of the decays."""
    vertex = events.vertex
    assert vertex is not None  # (asked before)
    chain = np.ones(len(events.pdgid), dtype=bool) if events.chain is None else events.chain
    rows = np.flatnonzero((events.mother >= 0) & chain & chain[events.mother])
    mothers, first = np.unique(events.mother[rows], return_index=True)
    place, made = vertex[:3, rows[first]], vertex[:3, mothers]
    weight = events.weight[events.event[mothers]]
    flight = np.sqrt(((place - made) ** 2).sum(axis=0))
    for pdgid in dict.fromkeys(events.pdgid[mothers].tolist()):
        own = events.pdgid[mothers] == pdgid
        if flight[own].max() > _FLIGHT:
            yield pdgid, place[:, own], weight[own]


def weights(material: Material) -> Markup:
    """Weights of the events, and what they are worth."""
    events = material.events
    parts = [_sums(material.flow)]
    if events is None:
        return joined([*parts, _note(material, "events")])
    if not len(events):
        return joined([*parts, element("p", "There is no event in the file.", class_="note")])
    where = f" of {material.part}" if material.part else " of all events in the file"
    rows = [
        (
            name,
            f"{w.min():.6g}",
            f"{w.mean():.6g}",
            f"{w.max():.6g}",
            f"{abs(w).max() / (abs(w).sum() or 1.0):.4g}",
        )
        for name, w in ({"genWeight": events.weight} | dict(events.factors)).items()
    ]
    heads = ("weight", "smallest", "mean", "largest", "largest share of one event")
    parts.append(
        table_of(Table(columns=heads, rows=rows, right=heads[1:]), f"genWeight and its factors{where}")
    )
    if np.ptp(events.weight) > 0.0:
        parts.append(figure(spread_of(events.weight), f"Weights{where}."))
    return joined(parts)


def _sums(flow: Cutflow | None) -> Markup:
    """Sums of weights of the generated and of the accepted events."""
    if flow is None or not flow.generated:
        return Markup()
    rows = [
        (
            name,
            f"{stage.n:,}",
            f"{stage.sum_w:,.8g}",
            f"{stage.sum_w2:,.8g}",
            f"{stage.effective:,.8g}",
        )
        for name, stage in (("generated", flow.stages[0]), ("accepted", flow.stages[-1]))
    ]
    heads = ("events of", "number", "sum of weights", "sum of squares", "effective number")
    caption = "Weights of the generated and of the accepted events; the effective number is (sum w)² / sum w²"
    return table_of(Table(columns=heads, rows=rows, right=heads[1:]), caption)


def validation(material: Material) -> Markup:
    """Whether four-momentum is conserved at each vertex, and particles are on their mass shell."""
    events = material.events
    if events is None or not len(events):
        return (
            _note(material, "events")
            if events is None
            else element("p", "There is no event to look at.", class_="note")
        )
    allowed = largest_allowed(events)
    bits = 24 if events.single else 53
    words = (
        f"Looked at {material.part or f'all {len(events):,} events in the file'}. Its numbers have {bits} bits: what is below "
        f"{allowed:.0e} of the energy is rounding."
    )
    parts = [element("p", words)]
    if events.chain is None:
        parts.append(
            element(
                "p",
                "Four-momentum is not looked at: the format does not say which vertices are the chain's.",
                class_="note",
            )
        )
    else:
        parts.append(_closed(material, events, allowed))
    parts.append(_on_shell(material, events, allowed))
    return joined(parts)


def _closed(material: Material, events: Written, allowed: float) -> Markup:
    rows = [
        (material.name(row.pdgid), f"{row.vertices:,}", f"{row.largest:.3g}", _verdict(row.largest, allowed))
        for row in closures(events)
    ]
    heads = ("decay of", "vertices", "largest violation / E", "verdict")
    caption = "Conservation of four-momentum: largest component of the sum of the daughters minus the mother, in parts of the mother's energy"
    return table_of(Table(columns=heads, rows=rows, right=heads[1:3]), caption)


def _on_shell(material: Material, events: Written, allowed: float) -> Markup:
    rows = []
    for row in shells(events):
        mass = "not stated" if row.low is None or row.high is None else f"{row.low:.6g}"
        if row.low is not None and row.high is not None and row.high > row.low:
            mass = f"{row.low:.6g} to {row.high:.6g}"
        away = "-" if row.largest is None else f"{row.largest:.3g}"
        why = "energy follows from the mass" if not events.energies else "no mass in the file"
        verdict = why if row.largest is None else _verdict(row.largest, allowed)
        rows.append((material.name(row.pdgid), str(row.pdgid), f"{row.particles:,}", mass, away, verdict))
    heads = ("particle", "PDG id", "number", "mass [GeV]", "largest violation / E", "verdict")
    caption = (
        "Mass shells: largest difference of the energy from that of momentum and mass, in parts of the energy"
    )
    return table_of(Table(columns=heads, rows=rows, right=heads[1:5]), caption)


def _verdict(value: float, allowed: float) -> str:
    return "holds" if value <= allowed else f"does not hold (more than {allowed:.0e})"
