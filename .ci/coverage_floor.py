"""Refuse a coverage report that lies too low: ``python .ci/coverage_floor.py REPORT.json`` (of ``pytest --cov``)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

#: Least share of the whole [%].
LINES, BRANCHES = 98.0, 95.0
#: Least share of a file, lines and branches together, as ``coverage report`` counts them [%].
FILE = 90.0
#: Runs in workers' processes only: at 0 they are not counted.
IN_WORKERS = ("src/darkpair/workers.py", "_begin")


def shortfalls(report: dict[str, Any]) -> list[str]:
    """A line for each share that is too low."""
    files, totals = report["files"], report["totals"]
    lines = []
    for what, share, least in (
        ("lines", totals["percent_statements_covered"], LINES),
        ("branches", totals["percent_branches_covered"], BRANCHES),
    ):
        if share < least:
            lines.append(f"{what} {share:.2f} %; at least {least:g} %")
    for name, file in files.items():
        share = file["summary"]["percent_covered"]
        if share < FILE:
            missing = ", ".join(str(line) for line in file["missing_lines"])
            lines.append(f"{name} {share:.1f} %; at least {FILE:g} %; lines never run: {missing or 'none'}")
    path, function = IN_WORKERS
    if not files[path]["functions"][function]["summary"]["covered_lines"]:
        lines.append(f"{path}: {function} never ran; processes of workers are not counted")
    return lines


def main() -> None:
    """Print the shares and what is too low; status 1 if anything is."""
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    totals = report["totals"]
    print(
        f"coverage: lines {totals['percent_statements_covered']:.2f} %, "
        f"branches {totals['percent_branches_covered']:.2f} % of {len(report['files'])} files"
    )
    low = shortfalls(report)
    for line in low:
        print(f"too low: {line}")
    sys.exit(1 if low else 0)


if __name__ == "__main__":
    main()
