"""Runs of docs/*.md that no study makes: ``python -m tests.pages.make NAME FOLDER [--quick]`` leaves NAME.json."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from darkpair.export.files import write_rows
from tests.pages import (
    make_aim,
    make_decays,
    make_dumps,
    make_halves,
    make_places,
    make_samples,
    make_spin,
    make_sums,
    make_uses,
)

#: Rows and provenance of each run; quick ones are for tests.
RUNS: Final[dict[str, Callable[[bool], tuple[list[dict[str, Any]], dict[str, Any]]]]] = {
    "decay-ratios": make_decays.ratios,
    "line-shapes": make_decays.line_shapes,
    "spin": make_spin.slopes,
    "dump-bias": make_dumps.bias,
    "dump-resolution": make_dumps.resolution,
    "dump-dark-photon": make_dumps.dark_photon,
    "dump-two-x2": make_dumps.two_x2,
    "dump-effective": make_dumps.effective,
    "dump-copper": make_dumps.copper,
    "koto-aim": make_aim.koto,
    "aim-selection": make_aim.selection,
    "aim-elsewhere": make_aim.elsewhere,
    "coverage": make_places.coverage,
    "coverage-steep": make_places.steep,
    "belle2-source": make_places.belle2_source,
    "limits-checks": make_places.limits_checks,
    "parent-uses": make_uses.uses,
    "pythia8-samples": make_samples.samples,
    "channel-sums": make_sums.channel_sums,
    "table-halves": make_halves.halves,
}


def main(words: list[str]) -> None:
    name, folder, *options = words
    rows, provenance = RUNS[name]("--quick" in options)
    write_rows(Path(folder), name, rows, provenance)


if __name__ == "__main__":
    main(sys.argv[1:])
