"""Names of a tree's branches as people write them: with a member, a component of an array, or an index from 1.

=================  ====================================================================================
``p4.fP.fX``       member of a structure, an object or a vector of them
``p[:,0]``         component 0 of every particle, of ``p[n][4]``; ROOT's spelling ``p[][0]`` is the same
``weights[0]``     the first of the numbers of each event
``mother - 1``     whole numbers that count from 1
=================  ====================================================================================

What stands in brackets is NumPy's, of the array of one event.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from darkpair.gen.errors import InputError, shown

__all__ = ["BranchExpression", "parsed"]

Index: TypeAlias = "int | slice"

_SHIFT = re.compile(r"\s*([-+])\s*(\d{1,9})\s*$")
_BRACKETS = re.compile(r"((?:\[[^\[\]]*\]\s*)+)$")
_DEEPEST = 3  # indices: nobody has more dimensions in an event


@dataclass(frozen=True, kw_only=True)
class BranchExpression:
    """What is read of a branch.

    Parameters
    ----------
    branch : str
        Name of the branch, or path of the field.
    members : tuple of str
        Names of the members, from the outermost.
    indices : tuple of int or slice
        Indices into the array of each event.
    shift : int
        What is added to the numbers.
    """

    branch: str
    members: tuple[str, ...] = ()
    indices: tuple[Index, ...] = ()
    shift: int = 0


def parsed(text: str, names: Collection[str]) -> BranchExpression | None:
    """What a text means in a tree whose branches have those names; None if it is none of them.

    A branch whose whole name is the text comes first.

    Raises
    ------
    InputError
        For brackets that hold no index.
    """
    if text in names:
        return BranchExpression(branch=text)
    shift, rest = 0, text.strip()
    indices: tuple[Index, ...] = ()
    if match := _SHIFT.search(rest):
        shift = int(match[1] + match[2])
        rest = rest[: match.start()]
    if rest not in names and (match := _BRACKETS.search(rest)):
        indices = _indices(match[1], text)
        rest = rest[: match.start()].rstrip()
    members: tuple[str, ...] = ()
    while rest not in names:
        rest, dot, member = rest.rpartition(".")
        if not dot or not member:
            return None
        members = (member, *members)
    return BranchExpression(branch=rest, members=members, indices=indices, shift=shift)


def _indices(brackets: str, text: str) -> tuple[Index, ...]:
    pieces = [
        piece.strip() for group in re.findall(r"\[([^\[\]]*)\]", brackets) for piece in group.split(",")
    ]
    out: list[Index] = []
    for piece in pieces:
        if piece in ("", ":"):
            out.append(slice(None))
        elif re.fullmatch(r"\d{1,9}", piece):
            out.append(int(piece))
        else:
            raise InputError(
                f"{shown(text)} has the index {shown(piece)}; allowed: whole numbers from 0, and : for all, as in p[:,0]"
            )
    if len(out) > _DEEPEST:
        raise InputError(f"{shown(text)} has {len(out)} indices; allowed: at most {_DEEPEST}")
    return tuple(out)
