"""What marks a formula that is compiled: plain arithmetic, the same on numbers and on columns.

    @columnwise
    def boosted(energy, pz, gamma, beta):
        return gamma * (energy + beta * pz), gamma * (pz + beta * energy)

On columns (n,) NumPy evaluates the lines one by one, each into an array of its own; compiled, one loop over the events does
all of them (a fifth of the time), with the same bits.  Which of the two runs is decided by `darkpair.gen.compiled.mode` and changes
no result.  A formula may use + - * / and comparisons, `&` and `|` of truth values, ``x**2``, `math.pi` and its like,
``np.sqrt``, ``np.abs``, ``np.minimum``, ``np.maximum``, ``np.copysign``, ``np.floor``, ``np.isfinite``, `where`, `whole`, `neither`,
numbers of its module, and other formulas.  Exponentials, logarithms and angles are columns that NumPy makes before:
those of a compiler differ in the last bit.  No branch, no loop: `where`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled import mode
from darkpair.gen.compiled.lookup import Table

__all__ = ["Columnwise", "Loop", "Table", "columnwise", "neither", "where", "whole"]

#: A column (n,), or a number that is the same for all events.
Operand: TypeAlias = Any


class Columnwise:
    """A formula on columns; see the module's first lines.

    Parameters
    ----------
    function : callable
        The formula.
    scalar : callable, optional
        The same of numbers, where it is written in another way.
    """

    def __init__(self, function: Callable[..., Any], scalar: Callable[..., Any] | None = None) -> None:
        self.function, self.scalar = function, scalar or function
        self.__doc__, self.__name__ = function.__doc__, function.__name__
        self.__module__, self.__wrapped__ = function.__module__, function
        self._loops: dict[Any, Any] = {}
        #: Doors of the loops that were called last (`darkpair.gen.compiled.doors`).
        self.doors: dict[str, list[Any]] = {"map": [], "filter": []}

    def __repr__(self) -> str:
        return f"columnwise({self.__module__}.{self.__name__})"

    def __reduce__(self) -> Any:
        own = (self.__module__, self.function.__name__)
        return (_by_name, own) if self.scalar is self.function else (Columnwise, (self.function, self.scalar))

    def __call__(self, *args: Operand) -> Any:
        """Column, or tuple of columns, of the formula."""
        for door in self._open("map"):
            if (filled := door.rows(args)) is not None:
                return filled[0] if door.several else filled[0][0]
        if (loop := self._loop("map", args)) is None:
            return self.function(*args)
        out = [np.empty(loop.n, dtype=kind) for kind in loop.kinds]
        loop(out)
        return tuple(out) if loop.several else out[0]

    def into(self, out: Sequence[NDArray[Any]] | NDArray[Any], *args: Operand) -> None:
        """Write the formula's columns into rows (n,) that share no memory with its operands."""
        if any(door.into(args, out) for door in self._open("map")):
            return
        loop = self._loop("map", args)
        if loop is not None and loop.into(out):
            return
        values = self.function(*args)
        for row, value in zip(out, values if isinstance(values, tuple) else (values,), strict=True):
            row[...] = value

    def kept(self, *args: Operand) -> tuple[NDArray[Any], ...]:
        """Rows of the events where the formula's first value is true, and its other columns there."""
        for door in self._open("filter"):
            if (filled := door.rows(args)) is not None:
                return tuple([column[: filled[1]] for column in filled[0]])
        if (loop := self._loop("filter", args)) is None:
            keep, *columns = self.function(*args)
            rows = np.flatnonzero(keep)
            return rows, *(column[rows] for column in columns)
        out = [np.empty(loop.n, dtype=np.intp), *(np.empty(loop.n, dtype=kind) for kind in loop.kinds[1:])]
        some = loop(out)
        return tuple(column[:some] for column in out)

    def _open(self, shape: str) -> Sequence[Any]:
        """Doors that are asked first, before operands are looked at one by one."""
        doors = self.doors[shape]
        return () if not doors or mode.off() else doors

    def _loop(self, shape: str, args: Sequence[Operand]) -> Any:
        """The compiled loop with its operands; None where NumPy does it."""
        if mode.off():
            return None
        from darkpair.gen.compiled.call import bound

        return bound(self, shape, args, self._loops)


def columnwise(function: Callable[..., Any]) -> Columnwise:
    """Mark a formula as one that is compiled; see the module's first lines."""
    return Columnwise(function)


class Loop:
    """A loop of its own, where no formula can be: NumPy's lines beside it give the same, and a test compares.

    Parameters
    ----------
    loop : callable
        The loop, of arrays that it reads and writes by index, and numbers; it gives a whole number. It is only ever compiled.
    """

    def __init__(self, loop: Callable[..., int]) -> None:
        self.loop, self.__name__, self.__module__ = loop, loop.__name__, loop.__module__
        self.__doc__, self.__wrapped__ = loop.__doc__, loop
        self._loops: dict[Any, Any] = {}
        self.doors: list[Any] = []

    def __repr__(self) -> str:
        return f"loop({self.__module__}.{self.__name__})"

    def __reduce__(self) -> Any:
        return _by_name, (self.__module__, self.__name__)

    def __call__(self, *args: Operand) -> int | None:
        """What the compiled loop gives; None, and nothing is done, where it cannot be had."""
        if self.doors and not mode.off():
            for door in self.doors:
                if (count := door.run(args)) is not None:
                    return int(count)
        compiled = self.bound(*args)
        return None if compiled is None else compiled()

    def bound(self, *args: Operand) -> Callable[[], int] | None:
        """The compiled loop with its operands, to be called as often as one likes; None where it cannot be had."""
        if mode.off():
            return None
        from darkpair.gen.compiled.call import bound_loop

        return bound_loop(self, args, self._loops)


def _by_name(module: str, name: str) -> Any:
    """The formula or loop that a name stands for, in another process: what was loaded here is of no use there."""
    value = getattr(import_module(module), name)
    return value if isinstance(value, Columnwise | Loop) else Columnwise(value)


def _where(condition: Any, first: Any, second: Any) -> Any:
    """The first where the condition holds, else the second."""
    return np.where(condition, first, second)


def _where_scalar(condition: Any, first: Any, second: Any) -> Any:
    return first if condition else second


def _whole(x: Any) -> Any:
    """Whole part of numbers that are 0 or more, as an index."""
    return np.asarray(x).astype(np.intp)


def _whole_scalar(x: Any) -> Any:
    return int(x)


def _neither(condition: Any) -> Any:
    """Where a condition does not hold."""
    return np.logical_not(condition)


def _neither_scalar(condition: Any) -> Any:
    return not condition


where = Columnwise(_where, _where_scalar)
whole = Columnwise(_whole, _whole_scalar)
neither = Columnwise(_neither, _neither_scalar)
