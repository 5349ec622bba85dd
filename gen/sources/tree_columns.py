"""Numbers of a tree's branches, TTree or RNTuple, as flat columns and where each event's begin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError, shown
from darkpair.gen.sources.branch_expressions import BranchExpression, parsed
from darkpair.gen.sources.plain_lists import PlainLists
from darkpair.gen.sources.root_trouble import root_trouble

if TYPE_CHECKING:
    import awkward as ak

__all__ = ["Levels", "TreeColumns"]

#: Offsets of lists in lists, from the events inwards; the innermost numbers.
Levels = tuple[list[NDArray[np.int64]], NDArray[Any]]

#: Bytes that a basket may claim: ROOT's buffers hold no more, and zlib packs no bytes to less than 1/1032.
_LARGEST_BASKET, _SMALL_BASKET, _TIGHTEST = 1 << 30, 1 << 26, 1100


class TreeColumns:
    """The branches of a tree.

    Parameters
    ----------
    path : str
        The file, for messages.
    tree : object
        What uproot opened.
    split : bool
        Whether it is a TTree, whose branches may be split into branches.
    """

    def __init__(self, path: str, tree: Any, split: bool) -> None:
        self.path, self.tree, self.split = path, tree, split
        self.entries = int(tree.num_entries)
        self._branches: dict[str, Any] = dict(_branches(tree)) if split else {}
        self.names: frozenset[str] = frozenset(self._branches if split else _fields(tree))
        self._plain: dict[str, PlainLists | None] = {}
        self._kept: tuple[tuple[int, int], dict[str, Any]] = ((0, 0), {})

    def parsed(self, text: str) -> BranchExpression | None:
        """What the text means here; None if there is no such branch."""
        return parsed(text, self.names)

    def has(self, text: str) -> bool:
        """Whether there is such a branch, or are branches of its members."""
        return self.parsed(text) is not None or any(name.startswith(f"{text}.") for name in self.names)

    def below(self, name: str) -> list[str]:
        """Names of what a branch holds, where it holds more than numbers: branches, or members of its objects."""
        inside = sorted(
            (n for n in self.names if n.startswith((f"{name}.", f"{name}/"))), key=lambda n: (len(n), n)
        )
        if inside:
            return inside
        expression = self.parsed(name)
        if expression is None or not self.entries:
            return []
        return [f"{name}.{leaf}" for leaf in _leaves(self._column(expression, 0, 1).layout.form)]

    def levels(self, text: str, first: int, last: int) -> Levels:
        """Numbers of the events first to last - 1.

        Raises
        ------
        InputError
            For what cannot be read, or is no number.
        """
        expression = self.parsed(text)
        what = f"branch {text!r} of {self.path!r}"
        if expression is None:
            raise InputError(f"{what} does not exist")
        column = self._column(expression, first, last)
        if len(column) != last - first:
            raise InputError(f"{what} holds {len(column)} of {last - first} events; the file is damaged")
        if expression.indices:
            column = _component(column, expression, what)
        with root_trouble(what):
            offsets, numbers = _unwrapped(column.layout, what)
        return offsets, _shifted(numbers, expression.shift, what)

    def _column(self, expression: BranchExpression, first: int, last: int) -> ak.Array:
        """A branch or its member in those events; the last ones are kept, since several columns may be of one branch."""
        what = f"branch {expression.branch!r} of {self.path!r}"
        span, kept = self._kept
        if span != (first, last):
            kept = {}
            self._kept = ((first, last), kept)  # (in one step: threads read other events)
        with root_trouble(what):
            branch = self._branch(expression.branch)
            if self.split:
                _require_sizes(branch, first, last, what)
            column = kept.get(expression.branch)
            if column is None:
                column = self._piece(expression.branch, branch, first, last)
                _require_valid(column.layout, what)
                if expression.members:
                    kept[expression.branch] = column
            for member in expression.members:
                if member not in column.fields:
                    raise InputError(
                        f"{what} has no member {member!r}; there {'are ' + ', '.join(column.fields) if column.fields else 'is none'}"
                    )
                column = column[member]
        return column

    def _piece(self, name: str, branch: Any, first: int, last: int) -> ak.Array:
        """Those events of a branch."""
        import awkward as ak

        if name not in self._plain:
            self._plain[name] = PlainLists.of(branch) if self.split else None
        plain = self._plain[name]
        if plain is None:
            return branch.array(entry_start=first, entry_stop=last)
        return ak.Array(plain.read(first, last))

    def _branch(self, name: str) -> Any:
        if name not in self._branches:
            self._branches[name] = self.tree[name]
        return self._branches[name]


def _branches(tree: Any) -> Iterator[tuple[str, Any]]:
    """Branches of a TTree by their names, by their paths and without sizes of arrays; the first of a name counts."""
    names: dict[str, Any] = {}
    for path, branch in tree.iteritems(recursive=True):
        for name in (branch.name, path, branch.name.partition("[")[0]):
            names.setdefault(name, branch)
    yield from names.items()


def _fields(ntuple: Any) -> Iterator[str]:
    """Paths of the fields of an RNTuple; `keys` takes a time that grows with the square of their number."""
    paths: list[str] = []
    for row, field in enumerate(ntuple.ntuple.field_records):
        name, parent = field.field_name, field.parent_field_id
        if parent != row:
            inside = paths[parent] if name == "_0" else f"{paths[parent]}.{name}"
            name = inside
        paths.append(name)
    yield from paths
    yield from ntuple.keys(recursive=False)


def _require_sizes(branch: Any, first: int, last: int, what: str) -> None:
    """Refuse baskets that claim more than a basket can hold, before there is memory for them."""
    if branch.branches:
        for inside in branch.branches:
            _require_sizes(inside, first, last, what)
        return
    begins = branch.entry_offsets
    for i in range(branch.num_baskets):
        if begins[i] >= last or begins[i + 1] <= first:
            continue
        packed, unpacked = branch.basket_compressed_bytes(i), branch.basket_uncompressed_bytes(i)
        most = max(_SMALL_BASKET, _TIGHTEST * packed)
        if not 0 <= unpacked <= min(most, _LARGEST_BASKET):
            raise InputError(
                f"{what} claims {unpacked:,} bytes in {packed:,} packed ones; the file is damaged: copy it again"
            )


def _require_valid(layout: Any, what: str) -> None:
    """Refuse lists that begin after they end, or reach beyond their numbers: loops over them do not end."""
    import awkward as ak

    if layout.is_numpy or layout.is_unknown:
        return
    if isinstance(layout, ak.contents.ListOffsetArray):  # (ak.validity_error takes a tenth of reading them)
        offsets = np.asarray(layout.offsets.data)
        fits = (
            offsets[0] >= 0
            and offsets[-1] <= len(layout.content)
            and bool(np.all(offsets[1:] >= offsets[:-1]))
        )
    elif layout.is_record:
        for content in layout.contents:
            _require_valid(content, what)
        return
    else:
        fits = not ak.validity_error(ak.Array(layout))
    if not fits:
        raise InputError(f"{what} has lists that do not fit its numbers; the file is damaged: copy it again")
    _require_valid(layout.content, what)


def _leaves(form: Any, before: str = "") -> Iterator[str]:
    """Paths of the numbers in records."""
    while form.is_list or form.is_option or form.is_indexed:
        form = form.content
    if form.is_record:
        for name in form.fields:
            yield from list(_leaves(form.content(name), f"{before}{name}.")) or [f"{before}{name}"]


def _component(column: ak.Array, expression: BranchExpression, what: str) -> ak.Array:
    """The component of each event's array."""
    indices = expression.indices
    if column.ndim == len(indices) and indices[0] == slice(
        None
    ):  # as of the whole array, whose first axis is the events
        indices = indices[1:]
    try:
        return column[(slice(None), *indices)]
    except Exception as error:
        raise InputError(
            f"{what} has no such component in some event; its type is {column.type.content}, and an index counts from 0 "
            "within an event"
        ) from error


def _unwrapped(layout: Any, what: str) -> Levels:
    """Offsets of nested lists, and the numbers inside."""
    offsets: list[NDArray[np.int64]] = []
    while True:
        if layout.is_option:
            if bool(np.any(layout.mask_as_bool(valid_when=False))):
                raise InputError(f"{what} has no value in some event; map another branch")
            layout = layout.project()
        elif layout.is_indexed:
            layout = layout.project()
        elif layout.is_unknown:
            return offsets, np.empty(0)
        elif layout.is_numpy and layout.data.ndim > 1:
            layout = layout.to_RegularArray()
        elif layout.is_numpy:
            return offsets, np.asarray(layout.data)
        elif layout.is_list and layout.parameter("__array__") is None:
            lists = layout.to_ListOffsetArray64(True)
            inner = np.asarray(lists.offsets.data)
            offsets.append(inner)
            layout = lists.content[: int(inner[-1])]
        else:
            raise InputError(f"{what} holds {_kind(layout)}; map a branch of numbers")


def _kind(layout: Any) -> str:
    if layout.is_record:
        fields = list(layout.fields)
        return f"structures of {', '.join(fields[:6])}{', ...' if len(fields) > 6 else ''}, of which a member is named as in branch.{fields[0] if fields else 'x'}"
    return (
        "text"
        if layout.parameter("__array__") is not None
        else f"values of several types ({shown(str(layout.form.type))})"
    )


def _shifted(numbers: NDArray[Any], shift: int, what: str) -> NDArray[Any]:
    if not shift:
        return numbers
    if numbers.dtype.kind not in "iuf":
        raise InputError(f"{what} holds {numbers.dtype}, to which nothing is added; leave {shift:+d} out")
    return numbers.astype(np.float64 if numbers.dtype.kind == "f" else np.int64) + shift
