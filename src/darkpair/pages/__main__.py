"""``python -m darkpair.pages [check | remake NAME ... | list]``, in the root of the source tree."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.output.target import put
from darkpair.pages import Outputs, page_files, problems, rewrite
from darkpair.pages.runs import Run, read_runs, run_of


def main(words: list[str]) -> int:
    """Status: 0, 1 where something is wrong with a page, 2 for a bad command."""
    root = Path.cwd()
    folder = root / "docs" / "results"
    match words:
        case []:
            wrong: list[str] = []
            for path in page_files(root):
                for line in rewrite(path, Outputs(folder=folder), wrong):
                    click.echo(line)
            for line in wrong:
                click.echo(f"error: {line}", err=True)
            return 1 if wrong else 0
        case ["check"]:
            names = [name for run in read_runs(folder) for name in run.outputs]
            lines = problems(page_files(root), folder, with_command=names)
            click.echo("\n".join([*lines, f"{len(lines)} problems"]))
            return 1 if lines else 0
        case ["list"]:
            for run in read_runs(folder):
                click.echo(
                    f"{run.minutes:6.1f} min  {', '.join(run.outputs)}: {run.command}{_state(run, folder)}"
                )
        case ["remake", *names]:
            runs = read_runs(folder)
            if "all" in names:
                names = [name for run in runs for name in run.outputs]
            quick = "--quick" in names
            for index in dict.fromkeys(runs.index(run_of(name, runs)) for name in names if name != "--quick"):
                start = time.perf_counter()
                pictures = None if quick else root / "docs"
                made = {
                    folder / f"{name}.json": json.dumps(output, indent=1, ensure_ascii=False, allow_nan=False)
                    for name, output in runs[index].made(root, quick=quick, pictures=pictures).items()
                }
                for path in put({path: f"{text}\n" for path, text in made.items()}):
                    click.echo(f"{path.name}, {time.perf_counter() - start:.0f} s")
        case _:
            raise InputError(
                f"{' '.join(words)!r}: allowed are nothing, check, list, remake NAME ..., remake all"
            )
    return 0


def _state(run: Run, folder: Path) -> str:
    """What there is to do, in words."""
    paths = [folder / f"{name}.json" for name in run.outputs]
    if not all(path.is_file() for path in paths):
        return "  [not stored]"
    outputs = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    if any("note" in output["provenance"] for output in outputs):
        return f"  [{outputs[0]['provenance']['note']}]"
    return (
        "" if all(output.get("command") == run.command for output in outputs) else "  [stored at quick size]"
    )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except DarkpairError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
