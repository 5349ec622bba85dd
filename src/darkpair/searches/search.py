"""What every search is: an observable of a model point, a limit on it, and whether the point is excluded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from darkpair.chains.models.zprime import ZPrime, mixing_product
from darkpair.gen.errors import InputError
from darkpair.gen.references import cited_in

if TYPE_CHECKING:
    import numpy.typing as npt

    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array, Real
    from darkpair.searches.measurements import Measurement

__all__ = ["Search", "mixing_of"]


@dataclass(frozen=True, kw_only=True)
class Search:
    """A base: an upper limit on an observable of a model. Arrays of masses and couplings broadcast.

    Parameters
    ----------
    confidence_level : float
        Confidence level of limits that are made here from a measured value and its error [1]; published limits have
        their own.
    """

    #: (parent, mode) pairs of which a model needs at least one.
    NEEDS: ClassVar[tuple[tuple[str, str], ...]] = ()
    #: Of the observable and its limit.
    UNIT: ClassVar[str] = "1"
    #: "excluded": a measurement that excludes; "line": none is behind it; "band": explained from `least` to the limit.
    KIND: ClassVar[str] = "excluded"
    #: What a line stands for: a plan's "projection", or an "estimate".
    LINE: ClassVar[str] = "projection"
    #: Sets of data that a plug-in belongs to; those of ours stand in `darkpair.searches.DATA`.
    SETS: ClassVar[tuple[str, ...]] = ("today",)
    #: Whether the value rests on samples whose X2 decay isotropically, to X1 pi0; then `NEEDS` has one pair.
    SAMPLED: ClassVar[bool] = False

    confidence_level: float = 0.90

    @property
    def kind(self) -> str:
        """What an excess means, see `KIND`."""
        return self.KIND

    @property
    def sets(self) -> tuple[str, ...]:
        """Sets of data that a plug-in belongs to, see `SETS`."""
        return self.SETS

    @property
    def unit(self) -> str:
        """Of the observable and its limit."""
        return self.UNIT

    @property
    def least(self) -> float:
        """Lower end of a band."""
        return 0.0

    def applies(self, model: Model) -> bool:
        """Whether the model has what the observable needs."""
        return any(key in model.modes() for key in self.NEEDS)

    def lacks(self, model: Model) -> str:
        """What a point leaves open that the observable needs, in words for a user; empty for nothing, or for what is no lack."""
        return ""

    def value(self, model: Model) -> Array:
        """Observable of a model point, in the units of the limit."""
        raise NotImplementedError

    @property
    def limit(self) -> float:
        """Largest allowed value."""
        raise NotImplementedError

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """What the limit rests on, with sources."""
        raise NotImplementedError

    @property
    def references(self) -> tuple[str, ...]:
        """What the limit rests on, as its measurements cite it (`darkpair.gen.references`)."""
        return cited_in(measurement.source for measurement in self.measurements)

    def events(self, value: Array) -> Array | None:
        """Expected events where the observable has a value [1]; None where the experiment counts none."""
        return None

    def statistical_error(self, model: Model) -> Array:
        """Standard error of the value by the samples behind it, in its unit; 0 where nothing is simulated."""
        return np.zeros(())

    def channels(self, model: Model) -> dict[str, Array]:
        """Expected events of each channel by its name [1], where a search adds several up; NaN for what is not known."""
        return {}

    def isotropic(self, model: Model) -> bool:
        """Whether the value takes it for granted that X2 -> X1 pi0 of `NEEDS` is isotropic, see `SAMPLED`."""
        return self.SAMPLED

    def at_point(self, model: Model) -> Search:
        """The search for one point, where its limit depends on the model; itself otherwise."""
        return self

    def note(self, model: Model) -> str:
        """What is taken for granted for this model, in a line; empty for nothing."""
        return ""

    def curves(self, value: Array) -> dict[str, Array]:
        """What exceeds 1 inside each curve, by what the curve's name adds to the constraint's: the ratio to the limit."""
        return {"": np.asarray(value / self.limit)}

    def ratio(self, model: Model) -> Array:
        """Observable over its limit [1]; above 1 is excluded."""
        return np.asarray(self.value(model) / self.limit)

    def excluded(self, model: Model) -> npt.NDArray[np.bool_]:
        """Whether each model point is excluded."""
        return np.asarray(self.ratio(model) > 1.0)


def mixing_of(model: Model, g_X: Real) -> tuple[Array, Array]:
    """eps_Z and m_Z' of a model of the Z' that says its mass [1], [GeV].

    Parameters
    ----------
    model : Model
        A model of the Z' with its ``m_Zprime``.
    g_X : float or ndarray
        Dark coupling [1]; the model has its product with eps_Z only.

    Raises
    ------
    InputError
        For a model without a Z', or without its mass.
    """
    if not isinstance(model, ZPrime) or model.m_Zprime is None:
        raise InputError(
            f"{type(model).__name__} gives no mass of a Z'; this constraint needs eps_Z and m_Zprime apart: give "
            "m_Zprime, for example 10 GeV"
        )
    eps = mixing_product(model.G_X, model.m_Zprime, model.inputs) / np.asarray(g_X)
    return np.asarray(eps), np.asarray(model.m_Zprime, dtype=np.float64)
