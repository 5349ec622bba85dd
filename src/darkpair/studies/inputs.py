"""Study ``inputs``: every entry of the data files that is from memory, shifted, and what that does to its result."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import track

from darkpair.chains.models.inputs import Inputs
from darkpair.gen.data_files import entries, load
from darkpair.studies.files import save_picture, write_rows
from darkpair.studies.input_effects import Effect, effects, feed_of
from darkpair.studies.input_shifts import RULES, Entry, Shift, data_files, from_memory, shifts
from darkpair.workers import worker_pool

__all__ = ["page", "run"]

#: Blocks of 16384 events.
_BLOCKS: Final = 24

#: Effects that a reader should know of [%], and those that the picture names.
_LARGE, _NAMED = 10.0, 1.0

#: Sides of a shift; the third alone.
_SIDES: Final = ("down", "up", "alternative")


def run(folder: Path, inputs: Inputs | None, *, quick: bool, blocks: int | None = None) -> list[Path]:  # noqa: ARG001
    """Paths of the table, the page and the picture.

    Parameters
    ----------
    folder : Path
    inputs : Inputs, optional
        Without effect: the entries are those of the files.
    quick : bool
        A twelfth of the events.
    blocks : int, optional
        Of 16384 events for each simulated result; 24 unless given.
    """
    blocks = blocks or (_BLOCKS // 12 if quick else _BLOCKS)
    groups = [list(group) for _, group in groupby(from_memory(), key=lambda e: feed_of(e).result().name)]
    groups.sort(key=len, reverse=True)  # (the long ones first, so that both workers end together)
    bar = Console(stderr=True)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    with worker_pool(2) as executor:
        assert executor is not None
        done = executor.map(_rows, groups, [blocks] * len(groups))
        for rows in track(
            done,
            total=len(groups),
            description="results",
            console=bar,
            transient=True,
            disable=not sys.stderr.isatty(),
        ):
            found |= {(row["path"], row["number"]): row for row in rows}
    ordered = [found[entry.path, shift.key] for entry in from_memory() for shift in shifts(entry)]
    told = {"blocks": blocks, "rules": RULES}
    counts = _counts()
    (folder / "inputs.md").write_text(page(ordered, counts), encoding="utf-8")
    paths = write_rows(folder, "inputs", ordered, told, files=counts)
    return [*paths, folder / "inputs.md", *save_picture(_picture(ordered), folder, "inputs")]


def _counts() -> list[dict[str, Any]]:
    """Entries of each file, and those from memory."""
    found = []
    for path, (package, inside) in data_files().items():
        confidence = [entry["confidence"] for _, entry in entries(load(package, inside))]
        found.append({"file": path, "entries": len(confidence), "from memory": confidence.count("memory")})
    return found


def _rows(group: Sequence[Entry], blocks: int) -> list[dict[str, Any]]:
    """Rows of entries that feed one result."""
    return [_row(shift, effects(shift, blocks)) for entry in group for shift in shifts(entry)]


def _row(shift: Shift, effect: Mapping[str, Effect]) -> dict[str, Any]:
    entry, feed = shift.entry, feed_of(shift.entry)
    row: dict[str, Any] = {
        "path": entry.path,
        "entry": entry.key,
        "number": shift.key,
        "value": _spoken(shift.value),
        "unit": "" if entry.table.get("unit") == "1" else entry.table.get("unit", ""),
        "source": entry.table["source"],
        "searched": entry.table.get("searched", ""),
        "rule": shift.rule,
        "result": feed.result().name,
        "no effect": feed.none,
    }
    for side in _SIDES:
        one = effect.get(side)
        row |= {
            side: None if one is None else _spoken(shift.others[side]),
            f"effect {side} %": None if one is None else 100.0 * one.value,
            f"error {side} %": None if one is None or one.error is None else 100.0 * one.error,
            f"below {side} %": None if one is None or one.below is None else 100.0 * one.below,
        }
    return row


def _spoken(value: Any) -> str:
    """A number, a list or the line of a limit, in seven digits."""
    if isinstance(value, Mapping):
        points = "; ".join(f"{y:.4g} at {x:g}" for x, y in value["points"])
        return f"{points} ({value['against']})"
    return ", ".join(f"{x:.7g}" for x in (value if isinstance(value, list) else [value]))


def _largest(row: Mapping[str, Any]) -> float:
    """Size of the largest effect of a row [%]."""
    return max(abs(row[f"effect {side} %"] or 0.0) for side in _SIDES)


def _effect(row: Mapping[str, Any]) -> str:
    """Effects of a row in words [%]."""
    if row["no effect"]:
        return f"none: {row['no effect']}"
    words = []
    for side in _SIDES:
        value, error, below = (row[f"{kind} {side} %"] for kind in ("effect", "error", "below"))
        if value is None:
            continue
        text = f"{value:+.2g}" if below is None else f"below {below:.1g}"
        words.append(text if error is None else f"{value:+.{_digits(value, error)}f} ± {error:.1g}")
    return ", ".join(words) if len(set(words)) > 1 else words[0]


def _digits(value: float, error: float) -> int:
    """Decimals in which an error has one digit."""
    exponent = int(f"{error:.0e}".partition("e")[2])
    return max(0, -exponent)


def page(rows: Sequence[Mapping[str, Any]], counts: Sequence[Mapping[str, Any]]) -> str:
    """The page of the entries from memory, of the study's rows and counts of files.

    Parameters
    ----------
    rows, counts : sequence of mapping
        As ``inputs.json`` has them.
    """
    memory, whole = (sum(count[name] for count in counts) for name in ("from memory", "entries"))
    large = [row for row in rows if _largest(row) >= _LARGE]
    lines = [
        _HEAD.format(memory=memory, whole=whole, large=len(large), rows=len(rows)),
        "| file | entries | from memory | largest effect [%] |",
        "|---|---|---|---|",
    ]
    for count in counts:
        sizes = [_largest(row) for row in rows if row["path"] == count["file"]]
        lines.append(
            f"| {count['file']} | {count['entries']} | {count['from memory']} | "
            f"{f'{max(sizes):.2g}' if sizes else ''} |"
        )
    lines += [
        "",
        "How far a number is shifted, the first rule that holds:",
        "",
        "| shift | what |",
        "|---|---|",
    ]
    lines += [f"| {name} | {text} |" for name, text in RULES.items()]
    for path, group in groupby(rows, key=lambda row: row["path"]):
        lines += [
            "",
            f"## {path}",
            "",
            "| entry | value | shift | effect [%] | on | source |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_line(row) for row in group]
    return "\n".join(lines) + "\n"


def _line(row: Mapping[str, Any]) -> str:
    source = row["source"] + (f"; searched in vain: {row['searched']}" if row["searched"] else "")
    to = row["alternative"] or (f"to {row['up']}" if row["down"] is None else f"{row['down']} to {row['up']}")
    effect = f"**{_effect(row)}**" if _largest(row) >= _LARGE else _effect(row)
    cells = (
        row["number"].removesuffix(".value"), f"{row['value']} {row['unit']}".strip(), f"{to} ({row['rule']})",
        effect, row["result"], source,
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


_HEAD: Final = """# Numbers that nobody has read again

Made by `darkpair study inputs`. Every number of the package stands in a data file with its source and one of these words:
`read` (in the source, at the entry's `place`), `derived` (from others that are named), `print` (what arXiv:2005.07102
prints), `choice` (ours, or the user's), and `memory`: recalled, and to be verified. Where it was looked for without success,
`searched` says so; `alternative` is what another source gives.

{memory} of {whole} entries are from memory. Each is shifted here, alone, and the result that it feeds is made again: of the
same generated events where it is simulated, so that the error (from the blocks of events) is that of the change. Where no
accepted event changed, the effect is below what they can tell, at 90 % confidence. Of a Dalitz plot the effect is the part of
the decays that moves, without a sign. {large} of {rows} numbers change their result by 10 % or more (bold).

![Effects of the numbers from memory](inputs.png)
"""


def _picture(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Bars of the effects above 1 %, by file, the largest on top; what is smaller is counted."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    bars: list[tuple[str, float | None]] = []
    for path, group in groupby(rows, key=lambda row: row["path"]):
        all_of = sorted(group, key=_largest, reverse=True)
        named = [row for row in all_of if _largest(row) >= _NAMED]
        bars.append(
            (f"{path.rpartition('/')[2]}: {len(all_of)} numbers, {len(all_of) - len(named)} below 1 %", None)
        )
        bars += [(row["number"].removesuffix(".value"), _largest(row)) for row in named]
    half = _split(bars)
    figure, panels = plt.subplots(1, 2, figsize=(12.0, 0.19 * half + 1.2), layout="constrained", sharex=True)
    for axes, part in zip(panels, (bars[:half], bars[half:]), strict=True):
        for i, (_, size) in enumerate(part):
            if size is not None:
                axes.barh(i, size, color="crimson" if size >= _LARGE else "silver")
                axes.text(1.1 * size, i, f"{size:.2g}", va="center", fontsize=7)
        axes.set_yticks(range(len(part)), [name for name, _ in part], fontsize=7)
        for label, (_, size) in zip(axes.get_yticklabels(), part, strict=True):
            label.set_fontweight("bold" if size is None else "normal")
        axes.set(xscale="log", xlim=(_NAMED, 5e3), xlabel="change of the result [%]", ylim=(half - 0.5, -0.7))
        axes.axvline(_LARGE, color="crimson", lw=0.8, ls="--")
    figure.suptitle(
        "Numbers from memory: what their shift does to the result that they feed (red: 10 % or more)"
    )
    return figure


def _split(bars: Sequence[tuple[str, float | None]]) -> int:
    """Where the second column begins: the first file at or after the middle, or before it where that is shorter."""
    heads = [i for i, (_, size) in enumerate(bars) if size is None and i > 0]
    return min(heads, key=lambda i: max(i, len(bars) - i), default=len(bars))
