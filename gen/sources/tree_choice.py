"""Which tree of a ROOT file holds the events, and what a file without one holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError, shown
from darkpair.gen.sources.root_trouble import root_trouble

__all__ = ["NTUPLES", "UNSETTLED", "SeveralListsError", "chosen_tree", "trees_of"]

#: Classes of events in columns, by name; the latter are RNTuples, of before their format was settled too.
UNSETTLED = frozenset({"ROOT::Experimental::RNTuple"})
NTUPLES = frozenset({"ROOT::RNTuple"}) | UNSETTLED
_TREES = frozenset({"TTree", "TNtuple", "TNtupleD"}) | NTUPLES
_USUAL = "Events"  # NanoAOD's name and ours
_SHOWN = 8  # names in a message


class SeveralListsError(InputError):
    """A tree of a known layout has several lists of particles, and nobody says which."""


def trees_of(file: Any, path: str) -> dict[str, str]:
    """Classes of the trees of an open file by their names, folders included, without cycles.

    Raises
    ------
    InputError
        For a file without a tree, which says what there is.
    """
    with root_trouble(repr(path)):
        classes = file.classnames(cycle=False)
    trees = {name: kind for name, kind in classes.items() if kind in _TREES}
    if trees:
        return trees
    if "TChain" in classes.values():
        raise InputError(f"{path!r} holds a TChain, which names other files; give those files")
    kinds = Counter(kind for kind in classes.values() if kind not in ("TDirectory", "TDirectoryFile"))
    if not kinds:
        raise InputError(
            f"{path!r} is a ROOT file with nothing in it; give a file with a TTree or an RNTuple"
        )
    what = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common(_SHOWN))
    raise InputError(
        f"{path!r} holds no tree at all, but {what}; give a file with a TTree or an RNTuple of events"
    )


def chosen_tree(
    file: Any, path: str, name: str | None, read: Callable[[str, str], tuple[str, str, Any, Any]]
) -> tuple[str, str, Any, Any]:
    """What `read` makes of the tree of that name, or of the only tree that it can make something of.

    Trees without entries count where no other one fits.

    Parameters
    ----------
    file : object
        The file, open.
    path : str
        Its path, for messages.
    name : str, optional
        Name of the tree, perhaps with folders (``dir/tree``) and a cycle (``tree;2``); the highest cycle counts.
    read : callable
        Makes of a tree's name and class these two, what has its `entries`, and something more; an exception of ours says why it
        does not.

    Raises
    ------
    UnknownNameError
        If there is no tree of that name.
    InputError
        If none or several can be read.
    """
    trees = trees_of(file, path)
    if name:
        return read(name, _class(file, path, name, trees))
    if len(trees) == 1 or _USUAL in trees:
        only = _USUAL if _USUAL in trees else next(iter(trees))
        return read(only, trees[only])
    fitting, refusals = {}, {}
    for tree, kind in trees.items():
        try:
            fitting[tree] = read(tree, kind)
        except DarkpairError as error:
            refusals[tree] = error
    fitting = {tree: made for tree, made in fitting.items() if made[2].entries} or fitting
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    if fitting:
        raise InputError(
            f"{path!r} holds events in several trees: {_names(list(fitting))}; say which in tree"
        )
    nearly = [error for error in refusals.values() if isinstance(error, SeveralListsError)]
    if len(nearly) == 1:
        raise nearly[0]
    raise InputError(
        f"no tree of {path!r} has particles that are recognised: {_names(list(trees))}; say which in tree, and in branches "
        "what stands where"
    )


def _class(file: Any, path: str, name: str, trees: dict[str, str]) -> str:
    """Class of the tree of that name."""
    bare, semicolon, cycle = name.partition(";")
    if bare.strip("/") not in trees:
        with root_trouble(repr(path)):
            other = file.classnames(cycle=False).get(bare)
        if other is not None:
            raise InputError(
                f"{name!r} of {path!r} is a {other}, no tree; trees there: {_names(list(trees))}"
            )
        raise UnknownNameError(f"tree of {path!r}", name, list(trees)[:40])
    if semicolon:
        cycles = [key for key in file if key.rpartition(";")[0] == bare.strip("/")]
        if f"{bare.strip('/')};{cycle}" not in cycles:
            raise UnknownNameError(f"tree of {path!r}", name, cycles)
    return trees[bare.strip("/")]


def _names(trees: list[str]) -> str:
    text = ", ".join(shown(tree) for tree in trees[:_SHOWN])
    return f"{text} and {len(trees) - _SHOWN} more" if len(trees) > _SHOWN else text
