"""Study ``inputs``: every entry of the data files that was read nowhere, shifted, and what that does to its result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from darkpair.export.files import subplots
from darkpair.gen.data_files import data_files, entries, load
from darkpair.gen.streams import BLOCK
from darkpair.report.picture_style import PALETTE
from darkpair.studies.experiments.input_effects import Effect, effects, feed_of
from darkpair.studies.experiments.input_shifts import RULES, Entry, Shift, shifts, unread
from darkpair.studies.outputs import Output, Picture, Run, Table
from darkpair.workers import worker_pool

__all__ = ["picture", "study"]

#: Effects that a reader should know of [%], and those that the picture names.
_LARGE, _NAMED = 10.0, 1.0


def study(run: Run) -> Iterator[Output]:
    """Table of entries with their effects, and its picture."""
    blocks = -(-run.events // BLOCK)
    memory = unread()
    groups = [list(group) for _, group in groupby(memory, key=lambda entry: feed_of(entry).result().name)]
    groups.sort(key=len, reverse=True)  # (the long ones first, so that both workers end together)
    made: dict[tuple[str, str], dict[str, Any]] = {}
    with worker_pool(2) as executor:
        assert executor is not None
        done = executor.map(partial(_rows, blocks=blocks, seed=run.seed), groups)
        for group in run.track(done, "results", len(groups)):
            made |= {(row["file"], row["entry"]): row for row in group}
    rows = [made[entry.path, _name(shift)] for entry in memory for shift in shifts(entry)]
    used = {row["rule"] for row in rows}
    rules = [{"shift": name, "what": text} for name, text in RULES.items() if name in used]
    provenance = {"events": blocks * BLOCK}
    yield Table(rows=rows, provenance=provenance, more={"files": _files(rows), "rules": rules})
    yield Picture(figure=picture(rows))


def _files(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Entries of each file, those that were read nowhere, and what these do."""
    files = []
    for path, (package, inside) in data_files().items():
        confidence = [entry["confidence"] for _, entry in entries(load(package, inside))]
        sizes = [_largest(row) for row in rows if row["file"] == path]
        files.append(
            {
                "file": path,
                "entries": len(confidence),
                "from memory": confidence.count("memory"),
                "choices": confidence.count("choice"),
                "10 % or more": sum(size >= _LARGE for size in sizes),
                "largest [%]": _two_digits(max(sizes)) if sizes else None,
            }
        )
    return files


def _rows(group: Sequence[Entry], blocks: int, seed: int) -> list[dict[str, Any]]:
    """Rows of entries that feed one result."""
    return [_row(shift, effects(shift, blocks, seed)) for entry in group for shift in shifts(entry)]


def _name(shift: Shift) -> str:
    """Key of a number; of an entry with one number that of the entry."""
    return shift.key.removesuffix(".value")


def _row(shift: Shift, effect: Mapping[str, Effect]) -> dict[str, Any]:
    feed = feed_of(shift.entry)
    row: dict[str, Any] = {
        "file": shift.entry.path,
        "entry": _name(shift),
        "word": shift.entry.table["confidence"],
        "value": _value(shift),
        "rule": shift.rule,
    }
    for side in ("down", "up"):
        of_side = effect.get(side)
        error = None if of_side is None else of_side.error
        row[f"{side} to"] = None if of_side is None else _words(shift.others[side])
        row[f"{side} [%]"] = None if of_side is None or of_side.below is not None else _percent(of_side)
        row[f"{side} error [%]"] = None if error is None else 100.0 * error
    below = [each.below for each in effect.values() if each.below is not None]
    row["below [%]"] = 100.0 * max(below) if below and not feed.none else None
    row["result"] = f"none: {feed.none} ({feed.result().name})" if feed.none else feed.result().name
    return row | {"source": _source(shift.entry)}


def _value(shift: Shift) -> str:
    """The number with its unit; of a selection's limit that is its cut's."""
    entry = shift.entry
    cuts = {cut["name"]: cut["unit"] for cut in entry.around.get("cuts", ())}
    unit = entry.table.get("unit", cuts.get(entry.key.rpartition(".")[2], ""))
    return f"{_words(shift.value)} {'' if unit == '1' else unit}".strip()


def _source(entry: Entry) -> str:
    source, searched = entry.table["source"], entry.table.get("searched")
    return f"{source}; searched in vain: {searched}" if searched else f"{source}"


def _percent(effect: Effect) -> float:
    """The effect [%]: in full where it has an error, else in two digits."""
    return 100.0 * effect.value if effect.error is not None else _two_digits(100.0 * effect.value)


def _two_digits(value: float) -> float:
    rounded = float(f"{value:.2g}")
    return int(rounded) if rounded.is_integer() else rounded


def _words(value: Any) -> str:
    """A number, a list, or the line of a limit."""
    if isinstance(value, Mapping):
        points = "; ".join(f"{y:.4g} at {x:g}" for x, y in value["points"])
        return f"{points} ({value['against']})"
    return ", ".join(f"{x:.12g}" for x in (value if isinstance(value, list) else [value]))


def _largest(row: Mapping[str, Any]) -> float:
    """Size of the larger effect of a row [%]."""
    return max(abs(float(row[side] or 0.0)) for side in ("down [%]", "up [%]"))


def picture(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Bars of the effects above 1 %, by file, the largest on top; what is smaller is counted."""
    bars: list[tuple[str, float | None]] = []
    for path, group in groupby(rows, key=lambda row: row["file"]):
        by_size = sorted(group, key=_largest, reverse=True)
        named = [row for row in by_size if _largest(row) >= _NAMED]
        small = len(by_size) - len(named)
        bars.append((f"{path.rpartition('/')[2]}" + (f" ({small} more below 1 %)" if small else ""), None))
        bars += [
            (f"{row['entry']}{', a choice' * (row['word'] == 'choice')}", _largest(row)) for row in named
        ]
    cut = _split(bars)
    columns = bars[:cut], bars[cut:]
    length, largest = max(map(len, columns)), max((size or 0.0 for _, size in bars), default=_LARGE)
    size = 12.0, 0.19 * length + 1.2
    figure, panels = subplots(1, 2, figsize=size, layout="constrained", sharex=True)
    for axes, column in zip(panels, columns, strict=True):
        _draw_bars(axes, column)
        axes.set(
            xscale="log",
            xlim=(_NAMED, 3.0 * max(largest, _LARGE)),
            xlabel="change of the result [%]",
            ylim=(length - 0.4, -0.7),
        )
        axes.xaxis.set_major_formatter("{x:g}")
    figure.suptitle(
        "Numbers from memory, and choices: what a shift of each does to the result that it feeds (coloured: 10 % or more)"
    )
    return figure


def _draw_bars(axes: Any, bars: Sequence[tuple[str, float | None]]) -> None:
    """A column of the picture: files in bold, entries with their sizes."""
    axes.axvline(_LARGE, color=PALETTE["vermillion"], lw=0.8, ls="--", zorder=0)
    for i, (_, size) in enumerate(bars):
        if size is not None:
            axes.barh(i, size, color=PALETTE["vermillion"] if size >= _LARGE else "0.75")
            axes.annotate(
                f"{_two_digits(size)}", (size, i), (3, 0), textcoords="offset points", va="center",
                fontsize=7, bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none"},
            )  # fmt: skip
    axes.set_yticks(range(len(bars)), [name for name, _ in bars], fontsize=7)
    for label, (_, size) in zip(axes.get_yticklabels(), bars, strict=True):
        label.set_fontweight("bold" if size is None else "normal")
    axes.tick_params(axis="y", length=0)


def _split(bars: Sequence[tuple[str, float | None]]) -> int:
    """Where the second column begins: at the file that makes the longer one shortest."""
    heads = [i for i, (_, size) in enumerate(bars) if size is None and i > 0]
    return min(heads, key=lambda i: max(i, len(bars) - i), default=len(bars))
