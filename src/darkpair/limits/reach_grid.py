"""The plane of a map: models at its points, with settings that may be made of the axes, as m1='0.1*m2'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models import MODELS
from darkpair.chains.models.channels import channels_of, visible_modes
from darkpair.chains.models.combined import Combined, combine
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.owned import with_parameter
from darkpair.chains.models.rates import build_model
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.identity import identity_digest
from darkpair.gen.parameters import parameters
from darkpair.gen.particles import particle
from darkpair.limits.channels import LEAST
from darkpair.limits.reach_axes import Axis, axis_of
from darkpair.limits.reach_words import WORD as _WORD
from darkpair.limits.reach_words import require_words, word_error

if TYPE_CHECKING:
    from darkpair.chains.models.channels import Channel
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinds import Kind
    from darkpair.gen.kinematics import Array, Real

__all__ = ["PARENTS", "Plane", "plane_of"]

#: Mesons whose samples searches stand on.
PARENTS: Final = ("K_L0", "eta", "eta'", "pi0")

#: Masses, which decide about samples.
_MASSES: Final = ("m1", "m2")


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A model in the plane of two axes.

    Parameters
    ----------
    model : str
        Name, or several with plus signs between them.
    preset : str
        Table of inputs.
    settings : mapping of str to str
        What stands still, and what is a product of axes and other settings.
    x, y : Axis
        Both axes.
    """

    model: str
    preset: str
    settings: Mapping[str, str]
    x: Axis
    y: Axis

    @cached_property
    def moving(self) -> dict[str, frozenset[str]]:
        """Settings that are made of axes, and the axes of each; the axes themselves as well."""
        axes = {self.x.name, self.y.name}
        every = {key: frozenset(axes & self._words(key, ())) for key in self._names}
        return {key: of for key, of in every.items() if of}

    def _words(self, key: str, above: tuple[str, ...]) -> set[str]:
        """Names that a setting is made of, itself among them."""
        if key in above:
            raise InputError(f"{key} = {self.settings[key]!r} is made of itself; give one of them a value")
        return {key}.union(*(self._words(word, (*above, key)) for word in self._made_of(key)))

    def _made_of(self, key: str) -> list[str]:
        """Axes and other settings in a setting."""
        return [word for word in _WORD.findall(self.settings.get(key, "")) if word in self._names]

    def is_made(self, key: str) -> bool:
        """Whether a setting is made of axes and other settings."""
        return bool(self._made_of(key))

    @property
    def names(self) -> list[str]:
        """Both axes and every setting."""
        return self._names

    @property
    def _names(self) -> list[str]:
        return [self.x.name, self.y.name, *self.settings]

    def value(self, key: str, x: Real, y: Real) -> Any:
        """Value of an axis or a setting, in the units of the package, at numbers of the axes."""
        for axis, number in ((self.x, x), (self.y, y)):
            if axis.name == key:
                return axis.inside(number)
        result: Any = 1.0
        divide = False
        for word in _WORD.findall(self.settings[key]):
            if word in "*/":
                divide = word == "/"
                continue
            factor = self._factor(key, word, x, y)
            if divide and not np.all(factor):
                raise InputError(
                    f"{key} = {self.settings[key]!r} divides by zero; allowed: a divisor that is not 0"
                )
            result, divide = (result / factor if divide else result * factor), False
        # (0.1 times .33 is .033, as somebody types it, and has its samples)
        return result if np.ndim(result) else float(f"{float(result):.15g}")

    def _factor(self, key: str, word: str, x: Real, y: Real) -> Any:
        if word in self.moving or self._made_of(word):
            return self.value(word, x, y)
        try:
            if word in self.settings:
                return self.able[word].read(self.settings[word], word, self.x.beside or {})
            return float(word)
        except ValueError:
            raise word_error(self, key, word) from None

    @property
    def _texts(self) -> dict[str, str]:
        return {key: text for key, text in self.settings.items() if not self._made_of(key)}

    @cached_property
    def able(self) -> dict[str, Kind]:
        """Parameters of the model."""
        return _kinds(self.model)

    def point(self, x: float, y: float) -> Model:
        """Model at numbers of the axes."""
        made = [key for key in self._names if key in self.moving or self._made_of(key)]
        own = {key: self.value(key, x, y) for key in made if key in self.able}
        return build_model(self.model, {**self._texts, **own}, self.preset)

    def over(self, x: Real, y: Real) -> Model:
        """Model at arrays of the axes that broadcast; masses have to be the same at all of them."""
        several = {axis.name for axis, number in ((self.x, x), (self.y, y)) if np.ndim(number)}
        corner = [
            axis.low if np.ndim(number) else float(np.asarray(number))
            for axis, number in ((self.x, x), (self.y, y))
        ]
        model = self._corner(corner[0], corner[1])
        moved = {
            key: self.value(key, x, y) for key, of in self.moving.items() if key in self.able and of & several
        }
        if not isinstance(model, Combined):
            changed: Any = replace(model, **moved)
            return changed  # type: ignore[no-any-return]
        for key, value in moved.items():
            model = with_parameter(model, key, value)
        return model

    def _corner(self, x: float, y: float) -> Model:
        """`point`, kept."""
        if (x, y) not in self._kept:
            self._kept[x, y] = self.point(x, y)
        return self._kept[x, y]

    @cached_property
    def _kept(self) -> dict[tuple[float, float], Model]:
        return {}

    def moves_samples(self, axis: Axis) -> bool:
        """Whether samples differ along an axis: masses do, or the shape of a channel's events."""
        own = {key for key, of in self.moving.items() if axis.name in of}
        if own & {*_MASSES}:
            return True
        other = self.y if axis is self.x else self.x
        ends = [self._shapes(axis, number, other.number(0.5)) for number in (axis.low, axis.high)]
        return any(ends[0][channel] != ends[1][channel] for channel in ends[0].keys() & ends[1].keys())

    def _shapes(self, axis: Axis, number: float, middle: float) -> dict[Channel, str]:
        """What decides about the events of each channel that counts at a point."""
        at = (number, middle) if axis is self.x else (middle, number)
        try:
            model = self.point(*at)
            channels = channels_of(model, [p for p in PARENTS if model.modes(p)], visible_modes(model))
        except DarkpairError:
            return {}
        out = {}
        for channel, share in channels.items():
            try:
                if np.max(share) >= LEAST:
                    out[channel] = identity_digest(channel.chain(model))
            except DarkpairError:  # (nobody can make its events)
                continue
        return out

    def masses(self, x: Real, y: Real) -> tuple[Array, Array]:
        """m1 and m2 [GeV] at numbers of the axes."""
        model = self.point(self.x.low, self.y.low)
        m1, m2 = (self.value(key, x, y) if key in self.moving else getattr(model, key) for key in _MASSES)
        return np.asarray(m1, dtype=np.float64), np.asarray(m2, dtype=np.float64)


def mass_of(name: str, m1: Array, m2: Array) -> Array:
    """Mass of a daughter or a parent in a mode [GeV]; 0 for what has none of its own."""
    if name.rstrip("~") in ("X1", "psi1", "X2", "psi2"):
        return m1 if "1" in name else m2
    try:
        return np.asarray(particle(name).mass)
    except DarkpairError:
        return np.zeros(())


def _kinds(model: str) -> dict[str, Kind]:
    """Parameters of a model by name, of several those of the first that has it."""
    names = [part.strip() for part in model.split("+")]
    tables = [parameters(MODELS.factory(name)) for name in names if name]
    if len(names) > 1:
        tables.append(parameters(combine))
    dotted = {
        f"{name.strip()}.{key}": own.kind
        for name, table in zip(names, tables, strict=False)
        for key, own in table.items()
    }
    plain = {key: own.kind for table in reversed(tables) for key, own in table.items()}
    return plain | (dotted if len(names) > 1 else {})


def plane_of(model: str, x: str, y: str, settings: Mapping[str, str], preset: str = "pdg") -> Plane:
    """Plane of a model's name, two axes as texts and other settings.

    Parameters
    ----------
    model : str
        See `darkpair.chains.models.rates.build_model`.
    x, y : str
        See `darkpair.limits.reach_axes.axis_of`.
    settings : mapping of str to str
        Parameters that stand still, or are products and ratios of axes, numbers and other settings: ``m1="0.1*m2"``.
    preset : {"pdg", "paper", "paper-10tev"}
        Table of inputs.

    Raises
    ------
    InputError, UnknownNameError
        In one line, for whatever is wrong with a name, an axis or a setting.
    """
    kinds = _kinds(model)
    overrides = {k.removeprefix("inputs."): v for k, v in settings.items() if k.startswith("inputs.")}
    beside = {"inputs": Inputs.of(preset, **overrides)}
    free = {word for text in settings.values() for word in _WORD.findall(text)}
    axes = [axis_of(text, kinds, beside, free) for text in (x, y)]
    if axes[0].name == axes[1].name:
        raise InputError(f"both axes are {axes[0].name}; give two parameters")
    for axis in axes:
        if axis.name in settings:
            raise InputError(f"{axis.name} is an axis and set to {settings[axis.name]!r} too; leave one out")
    plane = Plane(model=model, preset=preset, settings=settings, x=axes[0], y=axes[1])
    require_words(plane)
    for axis in axes:
        if axis.name not in kinds and not any(
            axis.name in of for key, of in plane.moving.items() if key != axis.name
        ):
            raise InputError(
                f"nothing is made of the axis {axis.name}; use it in a setting, as in m1='{axis.name}*m2'"
            )
    return plane
