"""A sweep over some keys of a job, with the table of its points and their picture."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkpair.export.files import picture_contents, write_rows
from darkpair.gen.output.target import put
from darkpair.run.own_rows import require_own_rows
from darkpair.run.sweep import Plan, Sweep, plan_sweep, run_plan

if TYPE_CHECKING:
    from darkpair.job.job import Job

__all__ = ["run_and_write", "sweep"]


def sweep(
    job: str | os.PathLike[str] | Job,
    scans: Mapping[str, Any] | Sequence[str],
    folder: str | os.PathLike[str] | None = None,
    *,
    settings: Sequence[str] = (),
    overrides: Mapping[str, Any] | None = None,
    progress: Callable[[int], None] | None = None,
    **how: Any,
) -> Sweep:
    """Events of a job at every combination of the values of some of its keys, with a table and a picture of the acceptances.

    Each point is a run of its own, whose sample has its own name, in a folder of the point's name.  Points that are
    complete are not made again, so that the same sweep goes on where it was stopped, and one with more values makes those.

    Parameters
    ----------
    job : path or Job
        A job file, or a job.
    scans : mapping or sequence of str
        Values by the keys of the job that take them, as ``{"chain.mass.X2": ["200 MeV", "300 MeV"]}``; or texts
        ``"chain.mass.X2=200 MeV, 300 MeV"`` as those of ``--scan``.
    folder : path, optional
        Where everything goes: ``points.csv``, ``points.json``, ``points.png`` and the folders of the points; the
        job's ``output.path`` unless given, if that is no file.
    settings : sequence of str
        Of every point: ``section.key=value``.
    overrides : mapping of str to object, optional
        Of every point: values by their keys.
    progress : callable, optional
        Is called with the number of events that are done, those of points that were complete too.
    **how
        ``executor``, ``part`` and ``replace_other``, as `darkpair.run_job` takes them.

    Raises
    ------
    InputError, UnknownNameError
        Before the first point runs, for whatever a run at any point would refuse; and where one fails.
    """
    return run_and_write(
        plan_sweep(job, scans, folder, settings=settings, overrides=overrides), progress, **how
    )


def run_and_write(plan: Plan, progress: Callable[[int], None] | None = None, **how: Any) -> Sweep:
    """`darkpair.run.sweep.run_plan`, and of whole samples the table as CSV and JSON, and the picture where there is one.

    Parameters
    ----------
    plan : Plan
        Of `darkpair.run.sweep.plan_sweep`.
    progress : callable, optional
        As `sweep` takes it.
    **how
        ``executor``, ``part`` and ``replace_other``, as `darkpair.run.sweep.run_plan` takes them.
    """
    if how.get("part") is None:
        replaced = how.get("replace_other", False) or plan.points[0].job.output.replace
        require_own_rows(
            plan.folder, "points", "give another folder, or --force (output.replace = true)", replace=replaced
        )
    result = run_plan(plan, progress=progress, **how)
    if how.get("part") is not None:
        return result  # (others make the rest; the table is of all)
    return replace(result, files=tuple(_files(result)))


def _files(sweep: Sweep) -> Iterator[Path]:
    """Write the table, and the picture if the jobs want pictures."""
    plan = sweep.plan
    for kind in ("png", "pdf"):  # of a sweep over other keys
        (plan.folder / f"points.{kind}").unlink(missing_ok=True)
    axes = {
        axis.key: {"values": list(axis.texts)}
        | ({} if axis.numbers is None else {"numbers": axis.numbers[0], "unit": axis.numbers[1]})
        for axis in plan.axes
    }
    yield from write_rows(
        plan.folder, "points", sweep.rows, {"axes": axes, "job": plan.points[0].job.model_dump()}
    )
    if not all(point.job.output.picture for point in plan.points):
        return
    from darkpair.run.sweep_picture import sweep_picture

    figure = sweep_picture(sweep)
    if figure is not None:
        yield from put(picture_contents(figure, plan.folder, "points"))
