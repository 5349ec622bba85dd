"""The event display: HTML that shows events of a finished file in three dimensions, whole in one piece, for a report or alone."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from darkpair.detectors.rebuilt import name_of
from darkpair.gen.errors import InputError
from darkpair.gen.output.reader import read_provenance
from darkpair.report.outlines import Outline
from darkpair.report.shown_events import Shown, ShownEvent, shown_events

__all__ = ["MOST", "fragment", "page"]

#: Events that are shown unless somebody says another number.
MOST: Final = 200

#: How much longer than wide a picture may be before it is stretched across the beam.
_LONGEST: Final = 2.2


#: Parts of the page's script, in order.
_SCRIPTS: Final = ("geometry.js", "svg.js", "display.js")


def fragment(path: Path, most: int = MOST) -> str:
    """HTML element with the event display of a file, its style, script and data; one line where there is nothing to show.

    Parameters
    ----------
    path : Path
        A finished file of events, ROOT or Parquet, in any layout; or the folder of a dataset's parts.
    most : int
        Largest number of events.

    Raises
    ------
    InputError
        For a file that is missing, damaged, or not of darkpair.
    """
    read_provenance(path)  # what is missing or damaged is refused here
    try:
        return _element(shown_events(path, most), "<h2>Event display</h2>", "")
    except InputError as error:
        line = html.escape(str(error))
        return f'<section class="dp">\n<h2>Event display</h2>\n<p>No event is shown: {line}.</p>\n</section>'


def page(path: Path, most: int = MOST) -> str:
    """A page of its own with the same, whose keys work wherever the page is looked at.

    Parameters
    ----------
    path : Path
        The file, as of `fragment`.
    most : int
        Largest number of events.

    Raises
    ------
    InputError
        As `fragment`, and where there is nothing to show.
    """
    shown = shown_events(path, most)
    title = html.escape(Path(path).name)
    element = _element(shown, f"<h1>Events of {title}</h1>", " data-alone")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Events of {title}</title>\n'
        f'<link rel="icon" href="data:,">\n<style>body {{ margin: 1rem; background: #fff; }}</style>\n</head>\n'
        f"<body>\n<main>\n{element}\n</main>\n</body>\n</html>\n"
    )


def _element(shown: Shown, heading: str, more: str) -> str:
    """The element of a page, with a heading and perhaps more attributes."""
    parts = {
        "heading": heading,
        "more": more,
        "what": html.escape(_what(shown)),
        "data": _safe_json(_data(shown)),
        "scene": base64.b64encode(_bundled("scene.deflate")).decode(),
        "style": _bundled("display.css").decode(),
        "script": "\n".join(_bundled(name).decode() for name in _SCRIPTS),
    }
    return re.sub(r"@(\w+)@", lambda name: parts[name[1]], _bundled("display.html").decode()).strip()


@cache
def _bundled(name: str) -> bytes:
    """A file of the bundle."""
    return (files("darkpair.report") / "bundle" / name).read_bytes()


def _safe_json(data: Any) -> str:
    """JSON that ends no script, whatever names are in it."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _what(shown: Shown) -> str:
    """What is shown, in a sentence or two."""
    said, detector = shown.provenance.get("detector") or {}, name_of(shown.provenance)
    selection = f", selection {said['selection']}" if said.get("selection") else ""
    of = f"{len(shown.events):,} of the {shown.in_file:,} events of the file"
    words = (
        f"{detector}{selection}: {of}."
        if detector
        else f"{of[0].upper()}{of[1:]}; no detector was simulated."
    )
    if said and not shown.parts:
        words += " Its outline is not known here."
    words += " Flights are as they were generated, straight; squares are what the detector measured."
    if (stretch := _stretch(shown)) > 1:
        words += f" Drawn {stretch} times larger across the beam than along it."
    return words


def _stretch(shown: Shown) -> int:
    """By how much the picture is larger across the beam than along it."""
    x, y, z = shown.box[:, 1] - shown.box[:, 0]
    return max(1, int(z / (_LONGEST * max(x, y))))


def _data(shown: Shown) -> dict[str, Any]:
    """What the script draws; places are whole millimetres."""
    kinds: dict[tuple[str, str], int] = {}
    fates: dict[str, int] = {}
    weighted = any(event.weight != 1.0 for event in shown.events)
    weights = [{"w": _digits(event.weight)} if weighted else {} for event in shown.events]
    events = [_event(event, kinds, fates) for event in shown.events]
    return {
        "box": [[round(low), round(high)] for low, high in shown.box.tolist()],
        "stretch": _stretch(shown),
        "parts": [_part(part) for part in shown.parts],
        "stages": shown.stages,
        "kinds": [list(kind) for kind in kinds],
        "fates": list(fates),
        "events": [event | weight for event, weight in zip(events, weights, strict=True)],
    }


def _part(part: Outline) -> dict[str, Any]:
    return {
        "name": part.name,
        "rings": [[round(z), _flat(ring)] for z, ring in part.rings],
        "holes": [_flat(hole) for hole in part.holes],
    }


def _flat(ring: Sequence[tuple[float, float]]) -> list[int]:
    return [round(number) for corner in ring for number in corner]


def _event(event: ShownEvent, kinds: dict[tuple[str, str], int], fates: dict[str, int]) -> dict[str, Any]:
    """An event as numbers; kinds of particles and fates that are new are added to the lists."""
    seen = {measured.index: measured for measured in event.measured}
    particles = []
    for flight in event.flights:
        kind = kinds.setdefault((pretty(flight.name), flight.style), len(kinds))
        measured = seen.get(flight.index)
        words = flight.fate if measured is None else f"measured, {measured.name}"
        fate = fates.setdefault(words, len(fates))
        ends = [round(number) for number in (*flight.start, *flight.end)]
        particles.append([kind, fate, flight.mother, _digits(flight.energy), *ends])
    run, block, number = event.name
    return {
        "t": f"Event {number} (run {run}, block {block})",
        "s": event.stage,
        "p": particles,
        "c": [[m.name, _digits(m.energy), *map(round, m.place)] for m in event.measured],
    }


def _digits(number: float) -> float:
    """A number with the digits that a reader is shown."""
    return float(f"{number:.3g}")


#: Names as a reader knows them.
_GREEK: Final[Mapping[str, str]] = {
    "gamma": "γ", "pi": "π", "eta": "η", "mu": "μ", "nu": "ν", "tau": "τ", "psi": "ψ", "phi": "φ", "omega": "ω", "rho": "ρ",
}  # fmt: skip

_RAISED: Final = str.maketrans("0+-", "⁰⁺⁻")


def pretty(name: str) -> str:
    """A particle's name with Greek letters and raised charges: ``π⁰`` for ``pi0``."""
    match = re.fullmatch(r"(anti-)?([A-Za-z]+)(.*?)(0|[+-]+)?", name)
    if match is None:
        return name
    anti, word, rest, charge = match.groups(default="")
    return f"{anti}{_GREEK.get(word, word)}{rest}{charge.translate(_RAISED)}"
