"""What a study declares, and how its function is made of that.

A study is a function of a `Run` that gives outputs.  Its declaration stands in `darkpair.studies`, so that `darkpair list` and the help
know it without importing it; what studies have in common (folder, options, provenance, files) is done here.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from darkpair.gen.registry import Entry

if TYPE_CHECKING:
    from darkpair.studies.outputs import Output, Run

__all__ = ["OPTIONS", "Sizes", "Study"]

#: What a study may use, with what it means: options of the command line.
OPTIONS: Final[Mapping[str, str]] = {
    "inputs": "one table of inputs for everything: pdg, paper or paper-10tev",
    "data": "measurements: 2020 (the paper's), today or projected; today unless given",
    "convention": "Majorana convention: literal (unless given) or printed",
    "cache": "folder of samples to keep; OUTPUT/cache unless given",
}


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many events a study generates.

    Parameters
    ----------
    full, quick : int
        As it stands, and with ``--quick``.
    of : str
        Of what: "of each curve".
    """

    full: int
    quick: int
    of: str


@dataclass(frozen=True)
class Study(Entry):
    """A study of ours, as it is declared.

    Parameters
    ----------
    target : str
        "module:function": a function of a `Run` that gives its outputs.
    summary : str
        Its title.
    name : str
        Stem of its files, too.
    uses : tuple of str
        Of `OPTIONS`; any other is refused.
    sizes : Sizes, optional
        Of a study whose number of events can be set.
    quick : str
        What ``--quick`` makes smaller beside the number of events; of a study without either it changes nothing.
    seed : int, optional
        Of the random numbers that it draws itself.
    detectors : tuple of str
        Data files of ``detectors/data`` that it rests on, whose cuts and numbers may be changed.
    drawn_from : tuple of str
        Keys of its stored output of which ``picture`` of its module makes the picture; none where it needs more.
    """

    name: str = ""
    uses: tuple[str, ...] = ()
    sizes: Sizes | None = None
    quick: str = ""
    seed: int | None = None
    detectors: tuple[str, ...] = ()
    drawn_from: tuple[str, ...] = ()

    def load(self) -> Callable[..., Any]:
        """Function of a folder and the options that the study has, which leaves its files and gives their paths."""
        return _function_of(self)

    @property
    def outputs(self) -> Callable[[Run], Iterable[Output]]:
        """What makes the outputs."""
        if not isinstance(self.target, str):
            return self.target
        module, _, name = self.target.partition(":")
        function: Callable[[Run], Iterable[Output]] = getattr(import_module(module), name)
        return function


def _function_of(study: Study) -> Callable[..., list[Path]]:
    """Function of a folder and the options that a study declares, which leaves its files and gives their paths."""

    def run(folder: Path, *, executor: Executor | None = None, **options: Any) -> list[Path]:
        from darkpair.workers import on_executor  # (which knows numpy: names of studies are known without it)

        with on_executor(executor):
            return _written(study, folder, options)

    able = ("folder", *study.uses, "quick", *(["events"] if study.sizes else []))
    takes = {key: option for key, option in _options().items() if key in able}
    run.__doc__ = study.summary
    run.__annotations__ = {key: annotation for key, (annotation, _) in takes.items()}
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for key, (annotation, default) in takes.items()
        ]
    )
    return run


def _written(study: Study, folder: Path, options: Mapping[str, Any]) -> list[Path]:
    """Paths of what a study gives; all of it is written or, after an error, nothing."""
    from darkpair.gen.output.target import put
    from darkpair.report.picture_style import in_style
    from darkpair.studies.outputs import Run, Submission

    quick, sizes = options.get("quick", False), study.sizes
    events = options.get("events") or (0 if sizes is None else sizes.quick if quick else sizes.full)
    run = Run(
        quick=quick,
        seed=study.seed or 0,
        events=events,
        given_inputs=options.get("inputs"),
        data=options.get("data") or "today",
        convention=options.get("convention") or "literal",
        cache=options.get("cache") or folder / "cache",
    )
    provenance: dict[str, Any] = {} if study.seed is None else {"seed": study.seed}
    provenance |= {} if sizes is None else {"events": events}
    provenance |= {"inputs": run.inputs} if "inputs" in study.uses else {}
    contents: dict[Path, str | bytes] = {}
    paths: list[Path] = []
    with in_style():
        for output in list(study.outputs(run)):
            more = _contents(output, folder, study, provenance)
            contents |= more
            paths += (
                list(more)[:1] if isinstance(output, Submission) else list(more)
            )  # (it names the tables beside it)
    put(contents)
    return paths


def _options() -> dict[str, tuple[Any, Any]]:
    """Annotation and default of every argument that studies of ours may have."""
    from darkpair.chains.models.inputs import Inputs
    from darkpair.gen.parameters import Gt

    return {
        "folder": (Path, inspect.Parameter.empty),
        "inputs": (Inputs | None, None),
        "quick": (bool, False),
        "data": (Literal["2020", "today", "projected"], "today"),
        "convention": (Literal["literal", "printed"], "literal"),
        "cache": (Path | None, None),
        "events": (Annotated[int, Gt(0)] | None, None),
    }


def _contents(
    output: Output, folder: Path, study: Study, provenance: Mapping[str, Any]
) -> Mapping[Path, str | bytes]:
    """Contents of the files of one output, by their paths."""
    from darkpair.export.files import picture_contents, rows_contents
    from darkpair.studies import outputs

    match output:
        case outputs.Table():
            own = {**provenance, **output.provenance}
            return rows_contents(folder, output.name or study.name, output.rows, own, **output.more)
        case outputs.Picture():
            return picture_contents(output.figure, folder, output.name or study.name)
        case outputs.Page():
            return {folder / f"{output.name or study.name}.md": output.text}
        case outputs.Document():
            return {folder / f"{output.name}.json": json.dumps(output.value, indent=1) + "\n"}
        case outputs.Submission():
            from darkpair.export.hepdata import submission_contents

            return submission_contents(folder / "hepdata", output.comment, output.tables)
