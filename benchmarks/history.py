"""Compare the last stored run of the benchmarks with the one before: ``python -m benchmarks.history [FOLDER]``.

pytest-benchmark stores each run; what is compared is the shortest time over the yardstick's of the same moment (conftest.py), since
the machine alone moves a time by 20 % within an hour.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

#: Where runs are stored; of one kind of machine each in a folder of its own.
STORE = Path(__file__).parent / "history"
#: Share of its speed that a benchmark may lose.
DROP = 0.10


def ratios(run: Mapping[str, Any]) -> dict[str, float]:
    """Yardsticks' events for each benchmark's shortest time, by its name; what has no yardstick is left out."""
    return {
        row["name"]: row["stats"]["min"] / fmean(row["extra_info"]["yardstick"])
        for row in run["benchmarks"]
        if row["extra_info"].get("yardstick")
    }


def compared(
    before: Mapping[str, float], after: Mapping[str, float], drop: float = DROP
) -> Iterator[tuple[str, float, str]]:
    """Name, speed in terms of the run before, and a word: slower, faster, or nothing; of benchmarks that both have.

    Parameters
    ----------
    before, after : mapping of float
        Of `ratios`.
    drop : float
        Share of the speed that is lost, or gained, before there is a word.
    """
    for name in sorted(before.keys() & after.keys()):
        speed = before[name] / after[name]
        word = "slower" if speed <= 1.0 - drop else "faster" if speed >= 1.0 / (1.0 - drop) else ""
        yield name, speed, word


def last_two(store: Path) -> list[Path]:
    """Files of the last run and of the one before it on a machine of the same kind, in their order; or of the only one."""
    runs = sorted(store.glob("*/[0-9]*.json"), key=lambda path: (path.name[:4], path.stat().st_mtime))
    if not runs:
        return []
    return [path for path in runs if path.parent == runs[-1].parent][-2:]


def main(words: list[str]) -> int:
    """Status: 1 where a benchmark lost a tenth of its speed."""
    files = last_two(Path(words[0]) if words else STORE)
    if len(files) < 2:
        print("there is no run before this one; nothing is compared")
        return 0
    before, after = (ratios(json.loads(path.read_text(encoding="utf-8"))) for path in files)
    print(f"{files[1].stem} beside {files[0].stem}, both over the yardstick")
    rows = list(compared(before, after))
    for name, speed, word in rows:
        print(f"{name:45s} {speed:6.2f} times {word}")
    return int(any(word == "slower" for *_, word in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
