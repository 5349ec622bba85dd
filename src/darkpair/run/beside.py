"""What commands write beside their events: looked at before anything runs, so that nobody's file is lost and no run is in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from darkpair.gen.errors import InputError
from darkpair.gen.output.target import check_writable
from darkpair.gen.pipeline import Pipeline
from darkpair.job.job import Job
from darkpair.report.pictures import MADE_BY, PAGE_OF
from darkpair.run.dataset import is_dataset, name_of
from darkpair.run.job_format import format_of_job
from darkpair.run.own_rows import require_own_rows
from darkpair.run.tally import Tally

__all__ = [
    "picture_paths",
    "place_of_pictures",
    "require_own_page",
    "require_own_pictures",
    "require_own_rows",
]

#: Bytes in which a PNG says who made it: matplotlib writes texts before the picture.
_HEAD: Final = 4096
#: How a PNG says that this package made it, and what one says that any program made with matplotlib.
_OURS: Final = b"tEXtSource\0" + MADE_BY.encode()
_DRAWN: Final = b"tEXtSoftware\0Matplotlib"
#: How a page of HTML says that it is a report of ours; the second of earlier versions.
_REPORTS: Final = (PAGE_OF.encode(), b": report of a run</title>")


def place_of_pictures(job: Job) -> Path:
    """Pictures of a job's run without their ending: beside its file and called as it, or in the folder of its dataset."""
    path = Path(job.output.path)
    if is_dataset(job.output.path):
        return path / name_of(path)
    return path.with_name(format_of_job(job).stem(path))


def picture_paths(place: Path, names: Iterable[str]) -> list[Path]:
    """Pictures of histograms of those names; the first is called as the place."""
    return [place.with_name(f"{place.name}{f'_{name}' * (i > 0)}.png") for i, name in enumerate(names)]


def require_own_pictures(job: Job, pipeline: Callable[[], Pipeline], *, replace: bool, again: bool) -> None:
    """Refuse a run whose pictures cannot be written, or would take the place of somebody's file.

    Parameters
    ----------
    job : Job
        The run.
    pipeline : callable
        Gives the job's pipeline; is called where a file stands that may be one of the pictures.
    replace : bool
        Whether what is there is replaced, whosever it is.
    again : bool
        Whether events of this package stand where the run writes: what matplotlib drew beside them is theirs, because
        pictures of earlier versions say no more than that.

    Raises
    ------
    InputError
        With the name of the picture.
    """
    if not job.output.picture:
        return
    place = place_of_pictures(job)
    if not any(name.startswith(place.name) and name.endswith(".png") for name in _names(place.parent)):
        return
    made = pipeline()
    empty = Tally.of(made, pictures=True)
    empty.add(made.nothing())
    for path in picture_paths(place, list(empty.histograms) or ["decay_places"]):
        if path.exists() or path.is_symlink():
            check_writable(path)
            if not (replace or _is_own_picture(path, again=again)):
                raise InputError(
                    f"{str(path)!r}, where the picture of this run goes, is no picture of a run of darkpair, so it is not replaced; "
                    "give another output, --force (output.replace = true), or output.picture = false"
                )


def require_own_page(path: Path, *, replace: bool = False) -> None:
    """Refuse a report that would take the place of somebody's file.

    Parameters
    ----------
    path : Path
        The page.
    replace : bool
        Whether what is there is replaced, whosever it is.

    Raises
    ------
    InputError
        With the name of the page.
    """
    if replace or not (path.exists() or path.is_symlink()):
        return
    head = _head_of(path)
    if head and not any(mark in head for mark in _REPORTS):
        raise InputError(
            f"{str(path)!r}, where the report goes, is no report of darkpair, so it is not replaced; give another name with "
            "--output, or --force"
        )


def _names(folder: Path) -> list[str]:
    """Names of what is in a folder; none of one that is missing or closed to us."""
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _is_own_picture(path: Path, *, again: bool) -> bool:
    """Whether a file is a picture of a run, or an empty one."""
    head = _head_of(path)
    return not path.exists() if head is None else _OURS in head or not head or (again and _DRAWN in head)


def _head_of(path: Path) -> bytes | None:
    """First bytes of a file; None of one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return None
