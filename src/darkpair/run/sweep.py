"""A job at every combination of the values of some of its keys: each point a run of its own, in a folder of its own."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from darkpair.gen.errors import DarkpairError, DarkpairWarning, InputError, UnknownNameError
from darkpair.gen.output.formats import ENDINGS, Format, format_of_name
from darkpair.gen.output.part_names import parts_of
from darkpair.gen.output.target import check_folder, folder_for
from darkpair.gen.tables import Shown, Table
from darkpair.gen.toml_text import read_toml
from darkpair.job.job import Job, job_of
from darkpair.job.settings import as_written
from darkpair.report.sweep import sweep_table
from darkpair.run.beside import require_own_pictures
from darkpair.run.dataset import is_dataset
from darkpair.run.job_format import format_of_job
from darkpair.run.picture import require_matplotlib
from darkpair.run.runner import run_job
from darkpair.run.summary import completed
from darkpair.run.sweep_axes import Axis, axes_of, point_names, require_apart
from darkpair.scan.points import grid
from darkpair.workers import leave_if_imported, on_executor, worker_pool

__all__ = ["Plan", "Sweep", "SweepPoint", "plan_sweep", "run_plan"]

#: Columns of a sample's name, and the keys of a file's that they are.
_SAMPLE: Final = {"run": "run", "sample": "digest"}
#: Columns of an acceptance, as a file's result has them.
_RESULT: Final = (
    "generated", "accepted", "acceptance", "acceptance_error", "acceptance_low", "acceptance_high",
    "acceptance_interval_level", "acceptance_upper_limit", "acceptance_upper_limit_level", "effective_sample_size",
)  # fmt: skip
#: The same where a detector has flat factors.
_FACTORED: Final = ("acceptance_with_factors", "upper_limit_with_factors")
#: Columns of expected events, and the keys of a file's that they are.
_EXPECTED: Final = {
    "expected_events": "value",
    "expected_error": "total",
    "expected_upper_limit": "upper_limit",
    "branching_ratio": "branching_ratio",
    "expected_not_told": "reason",
}


@dataclass(frozen=True, kw_only=True)
class SweepPoint:
    """A point of a sweep.

    Parameters
    ----------
    name : str
        What it is called, as its folder: ``chain.mass.X2=200MeV``.
    values : mapping
        Values of the scanned keys.
    job : Job
        The run, with its output in that folder.
    """

    name: str
    values: Mapping[str, Any]
    job: Job


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a sweep is to make.

    Parameters
    ----------
    folder : Path
        Where the folder of each point is.
    axes : tuple of Axis
        What is scanned.
    points : tuple of SweepPoint
        Every combination, the last axis running fastest.
    """

    folder: Path
    axes: tuple[Axis, ...]
    points: tuple[SweepPoint, ...]

    @property
    def events(self) -> int | None:
        """Generated events of all points; None where a source says when it ends."""
        each = [point.job.run.n for point in self.points]
        return None if None in each else sum(n for n in each if n is not None)


@dataclass(frozen=True, kw_only=True)
class Sweep(Shown):
    """What a sweep leaves.

    Parameters
    ----------
    plan : Plan
        Its folder, axes and points.
    provenances : tuple of dict
        What each point's file says of how it was made, with what it came to.
    made : int
        Points that were made now; the others were there.
    files : tuple of Path
        Table and picture of all points.
    """

    plan: Plan
    provenances: tuple[Mapping[str, Any], ...]
    made: int
    files: tuple[Path, ...] = ()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Of each point its values, acceptance with its errors and its limit, and the expected events where there are some.

        Keys are the same in every row; None stands for what a point does not have.
        """
        results = [completed(said["result"]) for said in self.provenances]
        factored = [key for key in _FACTORED if any(key in result for result in results)]
        expected = [result.get("expected") or {} for result in results]
        columns = {name: key for name, key in _EXPECTED.items() if any(key in events for events in expected)}
        return [
            {"point": point.name}
            | {
                name: cell
                for axis in self.plan.axes
                for name, cell in axis.columns(point.values[axis.key]).items()
            }
            | {key: said.get("sample", {}).get(name) for key, name in _SAMPLE.items()}
            | {key: result.get(key) for key in _RESULT}
            | {key: result.get(key) for key in factored}
            | {name: events.get(key) for name, key in columns.items()}
            for point, said, result, events in zip(
                self.plan.points, self.provenances, results, expected, strict=True
            )
        ]

    def table(self) -> Table:
        """The points with their acceptances."""
        title = f"{self.plan.folder}: {len(self.plan.points)} points"
        return sweep_table(self.rows, [axis.key for axis in self.plan.axes], title=title)


def plan_sweep(
    job: str | os.PathLike[str] | Job,
    scans: Sequence[str] | Mapping[str, Any],
    folder: str | os.PathLike[str] | None = None,
    *,
    settings: Sequence[str] = (),
    overrides: Mapping[str, Any] | None = None,
) -> Plan:
    """Points of a sweep, every one of which a run would take: all of their objects were made once.

    Parameters
    ----------
    job : path or Job
        A job file, or a job.
    scans : sequence of str or mapping
        As `darkpair.run.sweep_axes.axes_of` takes them.
    folder : path, optional
        Where the folders of the points go; the job's ``output.path`` unless given, if it is no file's.
    settings, overrides
        Of every point, as `darkpair.job.load_job` takes them.

    Raises
    ------
    InputError, UnknownNameError
        For a key or a value of any point that a run would refuse, with the name of the point.
    """
    axes = axes_of(scans)
    overrides = {key: value for key, value in (overrides or {}).items() if key != "output.path"}
    require_apart(axes, dict(setting.partition("=")[::2] for setting in settings), "set")
    require_apart(axes, overrides, "given by an option of its own")
    require_apart(axes, {"output.path": "a folder for each point"}, "named by the sweep")
    tables, where = _tables(job)
    path = _output_path(tables, settings)
    place = _folder(folder, path)
    kind = None if path is None else format_of_name(path)
    every = grid(**{axis.key: axis.values for axis in axes})
    points = []
    with _each_warning_once():
        for name, values in zip(point_names(every), every, strict=True):
            output = _output(place / name, kind)
            with _at(name):
                loaded = job_of(tables, settings, overrides | values | output, where=where)
                points.append(SweepPoint(name=name, values=values, job=loaded))
    for point in points:
        with _at(point.name):
            _require_runnable(point.job)
    return Plan(folder=place, axes=axes, points=tuple(points))


def run_plan(
    plan: Plan,
    *,
    progress: Callable[[int], None] | None = None,
    executor: Executor | None = None,
    part: tuple[int, int] | None = None,
    replace_other: bool = False,
) -> Sweep:
    """Run each point of a plan, in order; what is complete of it is not made again.

    Parameters
    ----------
    plan : Plan
        Of `plan_sweep`.
    progress : callable, optional
        Is called with the number of events that are done, those of points that were complete too.
    executor, part, replace_other
        Of every run, as `darkpair.run.run_job` takes them; without an executor all of them share their processes.

    Raises
    ------
    InputError
        Where a run fails, with the name of the point; what is complete stays, and the same sweep goes on from there.
    """
    leave_if_imported()
    for point in plan.points:
        with _at(point.name):
            _look_at_pictures(point.job, replace=replace_other or point.job.output.replace)
    provenances: list[Mapping[str, Any]] = []
    done = made = 0
    with _shared_workers(plan, executor):
        for point in plan.points:
            with _at(point.name):
                path = Path(point.job.output.path)
                folder_for(path if is_dataset(point.job.output.path) else path.parent)
                run = run_job(
                    point.job, progress=_after(done, progress), part=part, replace_other=replace_other
                )
            made += run.made > 0
            done += int(run.provenance["result"]["generated"])
            if progress is not None:
                progress(done)
            provenances.append(run.provenance)
    return Sweep(plan=plan, provenances=tuple(provenances), made=made)


@contextmanager
def _shared_workers(plan: Plan, executor: Executor | None) -> Iterator[None]:
    """The same processes for all points, which start and import once; or somebody's executor."""
    workers = {point.job.run.workers for point in plan.points}
    if executor is not None or len(workers) > 1:
        with on_executor(executor):
            yield
        return
    with worker_pool(number := workers.pop()) as pool:
        ours = pool if isinstance(pool, ProcessPoolExecutor) else None  # (else somebody's is in force)
        with on_executor(ours, number if ours is not None else None):
            yield


def _tables(job: str | os.PathLike[str] | Job) -> tuple[dict[str, Any], str]:
    """Tables of a job, and where they come from."""
    if isinstance(job, Job):
        return job.model_dump(exclude_unset=True), "the job"
    return read_toml(Path(job), word="job file", example="examples/koto_pi0.toml"), str(job)


def _output_path(tables: Mapping[str, Any], settings: Sequence[str]) -> str | None:
    """Where the job itself writes; None where it says nothing."""
    output = tables.get("output")
    path = output.get("path") if isinstance(output, Mapping) else None
    for setting in settings:
        key, _, value = setting.partition("=")
        if key.strip() == "output.path":
            path = as_written(value.strip(), "output.path")
    return path if isinstance(path, str) else None


def _folder(folder: str | os.PathLike[str] | None, path: str | None) -> Path:
    """Folder of a sweep."""
    given = path if folder is None else str(folder)
    if given is None:
        raise InputError("a sweep writes a folder; give one, as -o out/")
    kind = format_of_name(given)
    if kind is not None and not given.endswith(("/", os.sep)) and not Path(given).is_dir():
        raise InputError(
            f"a sweep writes a folder, and {given!r} is a file; give a folder, as -o {kind.stem(given) or 'out'}/"
        )
    check_folder(Path(given))
    return Path(given)


def _require_runnable(job: Job) -> None:
    """Refuse whatever the run would refuse before its first event."""
    format_of_job(job)
    job.pipeline()
    if job.output.picture:
        require_matplotlib()


def _look_at_pictures(job: Job, *, replace: bool) -> None:
    """Refuse a picture of a point that is somebody's; where events stand already, its run does, which knows whose they are."""
    path = Path(job.output.path)
    if not (bool(parts_of(path)) if is_dataset(job.output.path) else path.exists()):
        require_own_pictures(job, job.pipeline, replace=replace, again=False)


def _output(folder: Path, kind: Format | None) -> dict[str, Any]:
    """Where a point's events go: a dataset, or a file of a format that has no datasets."""
    if kind is None or kind.name not in ENDINGS:
        return {"output.path": f"{folder}/" if kind is None else str(folder / f"events{kind.ending}")}
    return {"output.path": f"{folder}/"} | ({} if kind.name == "root" else {"output.format": kind.ending[1:]})


def _after(before: int, progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    """Progress of a run after others of that many events."""
    return None if progress is None else lambda done: progress(before + done)


@contextmanager
def _at(name: str) -> Iterator[None]:
    """Say at which point something went wrong."""
    try:
        yield
    except UnknownNameError as error:
        key = f"point {name}: {error.key}" if error.key else f"point {name}"
        raise error.at(key) from error
    except DarkpairError as error:
        raise InputError(f"point {name}: {error}") from error


@contextmanager
def _each_warning_once() -> Iterator[None]:
    """Warn once of what every point would warn of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DarkpairWarning)
        yield
    for text, warning in {str(warning.message): warning for warning in caught}.items():
        warnings.warn(text, warning.category, stacklevel=4)
