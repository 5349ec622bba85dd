"""The commands that make the stored outputs, docs/results/runs.toml, and whether an output agrees with a new run."""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.output.target import put
from darkpair.pages.outputs import filtered

__all__ = ["Run", "differences", "read_runs", "run_of"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """A command and the outputs that it leaves.

    Parameters
    ----------
    command : str
        ``darkpair ...`` or ``python ...``, run in the root of the source tree; ``{folder}`` is where it leaves files,
        ``{cache}`` a folder that runs share.
    outputs : list of str
        Names of the outputs ``{folder}/NAME.json`` that it leaves.
    minutes : float
        Time that it takes on two cores, about [minutes].
    quick : str, optional
        Words to add to the command for a run of seconds that a test can compare; none where there is none.
    files : list of str, optional
        What the command calls them; as the outputs unless given.
    where : list of str, optional
        Filters of the rows that are stored, as in a path.
    keep : list of str, optional
        Keys of the output that are stored, with its provenance; all unless given.
    keys : list of str, optional
        Columns that name a row; unless given those without an error that are no measured numbers.
    exact : bool
        Whether nothing is drawn, so that every number has to be the same.
    slow : bool
        Whether the quick run too takes half a minute and more.
    env : dict of str to str, optional
        Variables of the environment that the command is run with.
    """

    command: str
    outputs: list[str]
    minutes: float
    quick: str | None = None
    files: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    keep: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    exact: bool = False
    slow: bool = False
    env: dict[str, str] = field(default_factory=dict)

    def made(self, root: Path, *, quick: bool = False, pictures: Path | None = None) -> dict[str, Any]:
        """Outputs by name, after running the command in a folder of its own.

        Parameters
        ----------
        root : Path
            Root of the source tree, in which the command is run.
        quick : bool
            Whether the words of ``quick`` are added to the command.
        pictures : Path, optional
            Folder whose pictures of the same names are made anew.
        """
        command = f"{self.command} {self.quick}" if quick else self.command
        with tempfile.TemporaryDirectory() as folder:
            cache = str(Path(tempfile.gettempdir()) / "darkpair-pages")
            words = [
                word.replace("{folder}", folder).replace("{cache}", cache) for word in shlex.split(command)
            ]
            tool = {"darkpair": [sys.executable, "-m", "darkpair"], "python": [sys.executable]}
            if words[0] not in tool:
                raise InputError(f"{command!r} begins with {words[0]!r}; allowed: darkpair, python")
            paths = os.pathsep.join([str(root / "src"), str(root), os.environ.get("PYTHONPATH", "")])
            done = subprocess.run(
                [*tool[words[0]], *words[1:]],
                cwd=root,
                env=os.environ | {"PYTHONPATH": paths} | self.env,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
                raise InputError(f"{command!r} ended with status {done.returncode}: {' '.join(last)}")
            names = dict(zip(self.files or self.outputs, self.outputs, strict=True))
            if pictures is not None:
                for picture in Path(folder).glob("*.png"):
                    shown = pictures / f"{names.get(picture.stem, picture.stem)}.png"
                    if shown.is_file():
                        put({shown: picture.read_bytes()})
            return {
                name: self._stored(Path(folder) / f"{file}.json", command) for file, name in names.items()
            }

    def _stored(self, path: Path, command: str) -> dict[str, Any]:
        if not path.is_file():
            raise InputError(f"{command!r} left no {path.name}; name what it leaves in `outputs`")
        whole = json.loads(path.read_text(encoding="utf-8"))
        kept = {key: whole[key] for key in self.keep or whole if key in whole}
        for step in self.where:
            kept["rows"] = filtered(kept["rows"], step)
        return {"command": command, "provenance": whole.get("provenance", {})} | kept


def read_runs(folder: Path) -> list[Run]:
    """All runs of docs/results/runs.toml, in its order."""
    tables = tomllib.loads((folder / "runs.toml").read_text(encoding="utf-8"))["run"]
    runs = [Run(**table) for table in tables]
    names = [name for run in runs for name in run.outputs]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{name} is the output of {names.count(name)} commands in runs.toml; leave one")
    return runs


def run_of(name: str, runs: Sequence[Run]) -> Run:
    """The run that makes an output."""
    for run in runs:
        if name in run.outputs:
            return run
    raise UnknownNameError("output of a run", name, [name for run in runs for name in run.outputs])


def _error_columns(column: str) -> list[str]:
    """Names that the error of a column may have."""
    first, *_ = re.split(r", | \[| in | above | at ", column)
    rest = column.removeprefix(first)
    return [f"{column} error", f"{column}, error", f"{first} error{rest}", f"error{rest}"]


def differences(stored: Any, fresh: Any, run: Run) -> Iterator[tuple[str, float]]:
    """Each number that both outputs have: where it stands, and how far it is off.

    In standard errors of both where the output has an error; where nothing is drawn the relative difference over 1e-6.
    Numbers without either are not compared.
    """
    for key in [*run.keep, "rows"] if run.keep else fresh:
        if not isinstance(fresh.get(key), list) or key not in stored or not fresh[key]:
            continue
        by = {_label(row, run): row for row in stored[key]}
        for row in fresh[key]:
            other = by.get(_label(row, run))
            if other is None:
                if run.exact:
                    yield f"{key}, {_label(row, run)}, which is not stored", math.inf
                continue
            for column, value in row.items():
                yield from _difference(f"{key}, {_label(row, run)}, {column}", column, value, row, other, run)


def _difference(
    place: str, column: str, value: Any, row: Mapping[str, Any], other: Mapping[str, Any], run: Run
) -> Iterator[tuple[str, float]]:
    before = other.get(column)
    if run.exact and isinstance(value, str | bool):
        yield place, 0.0 if value == before else math.inf
        return
    if not all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in (value, before)
    ):
        return
    assert before is not None
    error = next((name for name in _error_columns(column) if name in row and name != column), None)
    if error is not None:
        errors = [number[error] for number in (row, other)]
        if all(isinstance(number, int | float) and number > 0.0 for number in errors):
            yield place, abs(value - before) / math.hypot(*errors)
    elif run.exact:
        yield place, abs(value - before) / (1e-6 * max(abs(value), abs(before), 1e-300))


def _label(row: Mapping[str, Any], run: Run) -> tuple[Any, ...]:
    if run.keys:
        return tuple(_rounded(row.get(name)) for name in run.keys)
    return tuple(value for value in row.values() if isinstance(value, str))


def _rounded(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float | int) and not isinstance(value, bool) else value
