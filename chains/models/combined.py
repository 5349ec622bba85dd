"""A dark sector with several portals: one makes the pair, another lets X2 decay."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated

import numpy as np

from darkpair.chains.models.model import Model, ModelMode
from darkpair.gen.errors import InputError, shown
from darkpair.gen.parameters import Energy
from darkpair.gen.ranges import require_one_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darkpair.chains.spin import DecaySpin, PairSpin, TripleSpin
    from darkpair.gen.kinematics import Real

__all__ = ["Combined", "combine"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Combined(Model):
    """The modes of several models of the same X1 and X2, side by side; `combine` builds it.

    Parameters
    ----------
    parts : tuple of Model
        Models without a mode in common, whose amplitudes would interfere, and without invisible widths of their own.
    """

    parts: tuple[Model, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        require_one_shape(
            {
                f"{entry.name} of {type(part).__name__}": getattr(part, entry.name)
                for part in self.parts
                for entry in fields(part)
            }
        )
        keys = [key for part in self.parts for key in part.modes()]
        for key in {key for key in keys if keys.count(key) > 1}:
            open_in = [
                part for part in self.parts if key in part.modes() and np.any(part.partial_width(*key) > 0.0)
            ]
            if len(open_in) > 1:
                names = " and ".join(type(part).__name__ for part in open_in)
                raise InputError(
                    f"{names} both give {key[0]} -> {key[1]}, whose amplitudes interfere; combine models without it"
                )
        for part in self.parts:
            if np.any(np.asarray(part.invisible_width)) or np.any(np.asarray(part.invisible_branching_ratio)):
                raise InputError(
                    f"{type(part).__name__} has an invisible width; give it to the combination instead"
                )
            if not (np.all(np.equal(part.m1, self.m1)) and np.all(np.equal(part.m2, self.m2))):
                raise InputError(
                    f"{type(part).__name__} has other masses of X1, X2 than m1 = {self.m1}, m2 = {self.m2} GeV"
                )

        if len({(part.fermions(), part.self_conjugate()) for part in self.parts}) > 1:
            names = ", ".join(type(part).__name__ for part in self.parts)
            raise InputError(
                f"{names} disagree on what X1 and X2 are: scalars, Dirac or Majorana; combine like with like"
            )

    def with_parameter(self, name: str, value: Real) -> Combined:
        """The combination with another value of a parameter of one of its models: of the first that has it.

        Parameters
        ----------
        name : str
            Parameter of a model.
        value : float or ndarray
            Its value.
        """
        if name.startswith("invisible_"):  # (of the combination: its parts have none)
            return replace(self, **{name: value})
        owner = next(part for part in self.parts if any(entry.name == name for entry in fields(part)))
        parts = tuple(replace(part, **{name: value}) if part is owner else part for part in self.parts)
        return replace(self, parts=parts)

    def fermions(self) -> bool:
        """Whether X1 and X2 are fermions."""
        return any(part.fermions() for part in self.parts)

    def self_conjugate(self) -> bool:
        """Whether X1 and X2 are their own antiparticles."""
        return all(part.self_conjugate() for part in self.parts)

    def stable(self) -> bool:
        """Whether X1 is stable in every part."""
        return all(part.stable() for part in self.parts)

    def _table(self) -> Mapping[tuple[str, str], ModelMode]:
        table: dict[tuple[str, str], ModelMode] = {}
        for part in self.parts:
            for key in part.modes():
                if key not in table or not np.any(table[key].width(self) > 0.0):
                    table[key] = part.mode(*key).of(part)
        return table

    def polariser(self, parent: str, production: str) -> PairSpin | None:
        """Polariser of the part that makes the pair."""
        return self._owner(parent, production).polariser(parent, production)

    def analyser(self, mode: str) -> DecaySpin | TripleSpin | None:
        """Analyser of the part that lets X2 decay so."""
        return self._owner("X2", mode).analyser(mode)

    def _owner(self, parent: str, mode: str) -> Model:
        """The part whose mode it is: the open one where several list it."""
        self.mode(parent, mode)
        parts = [part for part in self.parts if (parent, mode) in part.modes()]
        return next((part for part in parts if np.any(part.partial_width(parent, mode) > 0.0)), parts[-1])


def combine(
    *parts: Model,
    invisible_width: Annotated[float, Energy] = 0.0,
    invisible_branching_ratio: float = 0.0,
) -> Combined:
    """Dark sector with all the portals of `parts`, which share X1 and X2.

    Parameters
    ----------
    *parts : Model
        Models, one or more, with equal masses.
    invisible_width : float [GeV]
        Width of X2 that is added as the mode "invisible".
    invisible_branching_ratio : float
        The same as a fraction of the total width; one of the two at most.
    """
    if not parts:
        raise InputError("combine() got no models; give one or more")
    for part in parts:
        if not isinstance(part, Model):
            raise InputError(f"combine() got {shown(part)}; allowed: models, one by one, as combine(a, b)")
    first = parts[0]
    return Combined(
        m1=first.m1,
        m2=first.m2,
        inputs=first.inputs,
        invisible_width=invisible_width,
        invisible_branching_ratio=invisible_branching_ratio,
        parts=parts,
    )
