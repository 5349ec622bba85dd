"""Which branch of a tree holds which quantity: as the user says, as NanoAOD and our files have it, or a known layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.originals import VERTEX
from darkpair.gen.output.layouts import GENPART
from darkpair.gen.sources.lorentz_branches import components
from darkpair.gen.sources.tree_choice import SeveralListsError
from darkpair.gen.sources.tree_columns import TreeColumns
from darkpair.gen.sources.tree_layouts import TREE_LAYOUTS, MotherLinks, MotherRange, TreeLayout

__all__ = ["EVENT", "LAYOUTS", "OPTIONAL", "TreeMapping", "mapping"]

#: Branches of our quantities in each layout that is read without being told.
LAYOUTS: dict[str, dict[str, str]] = {
    "nano": {
        "pt": "GenPart_pt",
        "eta": "GenPart_eta",
        "phi": "GenPart_phi",
        "mass": "GenPart_mass",
        "pdgid": "GenPart_pdgId",
        "status": "GenPart_status",
        "mother": "GenPart_genPartIdxMother",
        "statusFlags": "GenPart_statusFlags",
    },
    "cartesian": {
        {"nominal_mass": "mass", "E": "energy"}.get(name, name): f"GenPart_{branch}"
        for name, branch in GENPART.items()
        if not name.startswith("v")
    },
}
#: Numbers of each event that are taken where the file has them.
EVENT = {
    "run": "run",
    "luminosityBlock": "luminosityBlock",
    "event": "event",
    "weight": "genWeight",
}
#: Quantities that a file may lack.
OPTIONAL = frozenset({*VERTEX, *EVENT, "statusFlags", "mother2"})

_THREE = {"cartesian": ("px", "py", "pz"), "nano": ("pt", "eta", "phi")}
_SIZED = frozenset({"px", "py", "pz", "energy", "pt", "eta", "phi", "mass", "p4", *VERTEX})
_NAMES = (*_SIZED, "pdgid", "status", "mother", "mother2", "statusFlags", *EVENT, "particles")


@dataclass(frozen=True, kw_only=True)
class TreeMapping:
    """Branches by quantity.

    Parameters
    ----------
    branch : dict of str to str
        What is read for each quantity.
    layout : TreeLayout, optional
        The known layout, with this file's names, which says the units.
    collection : str
        Name of the layout's collection of particles.
    """

    branch: dict[str, str]
    layout: TreeLayout | None = None
    collection: str = ""


def mapping(columns: TreeColumns, given: Mapping[str, str], ours: bool) -> TreeMapping:
    """Branch of each quantity that a tree has.

    Parameters
    ----------
    columns : TreeColumns
        The tree.
    given : mapping of str to str
        Branches by quantity, as the user says; an empty name says that there is none.
    ours : bool
        Whether this package wrote the file.

    Raises
    ------
    UnknownNameError
        For a quantity, or a branch, that does not exist.
    InputError
        For a quantity that nobody says, and for several collections of particles.
    """
    for name in given:
        if name not in _NAMES:
            raise UnknownNameError("quantity of branches", name, sorted(_NAMES))
    given = dict(given)
    collection = given.pop("particles", "")
    if given.get("p4"):
        given = components(columns, given.pop("p4")) | given
    named = {name for name, branch in given.items() if branch}
    whole = "pdgid" in named and any(set(three) <= named for three in _THREE.values())
    if not whole and (collection or not {"GenPart_pdgId", "GenPart_pt", "GenPart_px"} & columns.names):
        layout_mapping = _layout(columns, collection)
        if layout_mapping is not None:
            return _overridden(columns, layout_mapping, given)
    return TreeMapping(branch=_branches(columns, given, ours))


def _layout(columns: TreeColumns, collection: str) -> TreeMapping | None:
    """The known layout that the tree has."""
    for layout in TREE_LAYOUTS:
        fitting = {}
        for name in sorted(set(layout.collections(columns.names))):
            if not collection or name == collection:
                fits = _fitting(columns, layout, name)
                if fits is not None:
                    fitting[name] = fits
        for name in list(fitting):
            fitting.pop(f"n{name}", None)  # (uproot counts each list in a branch of its name)
        if len(fitting) > 1:
            names = ", ".join(map(repr, list(fitting)[:8]))
            raise SeveralListsError(
                f"{columns.path!r} ({layout.name}) holds several lists of particles: {names}; say which in branches.particles"
            )
        if fitting:
            return next(iter(fitting.values()))
    if collection:
        raise InputError(
            f"{columns.path!r} has no list of particles {shown(collection)} of a known layout; allowed: one of "
            f"{', '.join(layout.name for layout in TREE_LAYOUTS)}; leave branches.particles out, and name the branches"
        )
    return None


def _fitting(columns: TreeColumns, layout: TreeLayout, collection: str) -> TreeMapping | None:
    """The layout with that collection's names; None where a branch is missing."""

    def spelled(texts: str | tuple[str, ...]) -> str | None:
        options = [text.format(c=collection) for text in ((texts,) if isinstance(texts, str) else texts)]
        return next((text for text in options if columns.has(text)), None)

    branch = {}
    for name, texts in layout.particles.items():
        text = spelled(texts)
        if text is not None:
            branch[name] = text
        elif name not in layout.optional:
            return None
    mothers = layout.mothers
    if isinstance(mothers, MotherRange):
        rows = [spelled(text) for text in (mothers.begin, mothers.end, mothers.index, mothers.collection)]
        if None in rows:
            return None
        begin, end, index, number = map(str, rows)
        mothers = MotherRange(begin=begin, end=end, index=index, collection=number)
    elif isinstance(mothers, MotherLinks):
        links = spelled(mothers.links)
        if links is None:
            return None
        mothers = MotherLinks(links=links)
    if "p4" in branch:
        branch = components(columns, branch.pop("p4")) | branch
    events = {name: spelled(texts) for name, texts in layout.events.items()}
    branch |= {name: text for name, text in events.items() if text is not None}
    return TreeMapping(branch=branch, layout=replace(layout, mothers=mothers), collection=collection)


def _overridden(columns: TreeColumns, base: TreeMapping, given: Mapping[str, str]) -> TreeMapping:
    """The known layout with what the user says instead."""
    layout = base.layout
    assert layout is not None
    sized = sorted(name for name, branch in given.items() if branch and name in _SIZED)
    if sized and layout.length:
        raise InputError(
            f"{columns.path!r} is a tree of {layout.name}, which says its units; leave branches.{sized[0]} out, or name pdgid "
            "and all of the momentum yourself"
        )
    branch = dict(base.branch)
    for name, text in given.items():
        branch.pop(name, None)
        if text:
            branch[name] = _required(columns, text)
    for name in ("pdgid", *(n for n in ("px", "py", "pz", "pt", "eta", "phi") if n in base.branch)):
        if name not in branch:
            raise InputError(
                f"branches.{name} is empty, and parents cannot do without; name a branch of {columns.path!r}"
            )
    if "mother" in given:
        layout = replace(layout, mothers=None)
    return TreeMapping(branch=branch, layout=layout, collection=base.collection)


def _branches(columns: TreeColumns, given: Mapping[str, str], ours: bool) -> dict[str, str]:
    """Branches by the user's names, and NanoAOD's or ours for the rest."""
    style = _style(columns.names, given)
    defaults = (
        LAYOUTS[style] | EVENT | {"energy": LAYOUTS[style].get("energy", "")} | dict.fromkeys(VERTEX, "")
    )
    if ours:
        defaults |= {name: f"GenPart_{name}" for name in VERTEX}
    out = {}
    for name, branch in (defaults | dict(given)).items():
        if branch and columns.parsed(branch) is not None:
            out[name] = branch
        elif name in given and branch:
            _required(columns, branch)
    if style == "nano" and given.get("energy"):
        out.pop("mass", None) if "mass" not in given else None
    for name, branch in defaults.items():
        missing = name not in out and name not in given and name not in OPTIONAL and branch
        if missing and not (name in ("mass", "energy") and {"mass", "energy"} & set(out)):
            near = [b for b in sorted(columns.names) if b.lower().endswith(name.lower())][:3]
            hint = f", perhaps {' or '.join(near)}" if near else ""
            raise InputError(
                f'{columns.path!r} has no branch {branch!r} for {name}; say which in branches.{name} = "..."{hint}'
                + ('; "" says that there is none' if name in ("status", "mother") else "")
                + ("" if given else f"; its tree is of no known layout: {_branch_names(columns)}")
            )
    for name in ("pdgid", *_THREE[style]):
        if name not in out:
            raise InputError(
                f"branches.{name} is empty, and parents cannot do without; name a branch of {columns.path!r}"
            )
    return out


def _branch_names(columns: TreeColumns) -> str:
    """The first names of the branches, for a message."""
    names = [name for name in sorted(columns.names) if "/" not in name]
    text = ", ".join(names[:6])[:200]
    return f"{text}, ... ({len(names)} branches)" if len(names) > 6 else text


def _style(names: Iterable[str], given: Mapping[str, str]) -> str:
    """Whether momenta are Cartesian, or as NanoAOD has them."""
    for style, three in _THREE.items():
        if set(three) & set(given):
            return style
    present = set(names)
    return "cartesian" if "GenPart_px" in present and "GenPart_pt" not in present else "nano"


def _required(columns: TreeColumns, branch: str) -> str:
    """A branch that the user names, which has to be there."""
    if columns.parsed(branch) is None:
        near = get_close_matches(branch, sorted(columns.names), n=6, cutoff=0.0)  # there may be thousands
        raise UnknownNameError(f"branch of {columns.path!r}", branch, [*near, "..."])
    return branch
