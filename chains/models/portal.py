"""A portal as its rates and its chains see it: what they ask of a model, which none of them has to import.

`darkpair.chains.models.model.Model` keeps the promise; it makes its chains and prints its rates by the modules that read this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from darkpair.gen.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import Field

    from darkpair.chains.matrix_elements import ThreeBodyAmplitude
    from darkpair.chains.models.inputs import Inputs
    from darkpair.chains.spin import DecaySpin, PairSpin, TripleSpin
    from darkpair.gen.kinematics import Array, Real

T = TypeVar("T")

__all__ = ["Mode", "ModelMode", "NotDerivedError", "Portal", "Spin"]


class NotDerivedError(InputError):
    """An angular correlation that nobody derived."""


@dataclass(frozen=True)
class ModelMode:
    """One decay of a model, in its table `MODES`: a width. A decay of a chain, with daughters, is a `darkpair.Mode`.

    Parameters
    ----------
    width : callable
        Function of a model that gives the partial width [GeV], exactly zero where the channel is closed.
    equation : str
        Where the rate is from: numbers of equations of arXiv:2005.07102 in the package's models, in one's own any words.
    amplitude : callable, optional
        Function of a model that gives the squared three-body amplitude; None for two-body modes.

    Raises
    ------
    InputError
        For a width or an amplitude that is no function.
    """

    width: Callable[[Any], Array]
    equation: str
    amplitude: Callable[[Any], ThreeBodyAmplitude] | None = None

    def __post_init__(self) -> None:
        for name, value in (("width", self.width), ("amplitude", self.amplitude or _ask)):
            if not callable(value):
                raise InputError(
                    f"the {name} of a ModelMode is {shown(value)}; allowed: a function of the model; a decay of a chain, with "
                    "daughters and a branching ratio, is a darkpair.Mode"
                )

    def of(self, owner: Portal) -> ModelMode:
        """Mode of `owner`, whichever model asks."""
        amplitude = None if self.amplitude is None else partial(_ask, self.amplitude, owner)
        return ModelMode(partial(_ask, self.width, owner), self.equation, amplitude)


#: The name that it had; in the table of a model alone, never in a chain (`darkpair.Mode`).
Mode = ModelMode


def _ask(function: Callable[[Any], T], owner: Portal, _asking: Portal) -> T:
    """Answer of `function` for its owner."""
    return function(owner)


@dataclass(frozen=True, kw_only=True)
class Spin:
    """Angular correlation of a decaying X2, in a few numbers where a few say all.

    Parameters
    ----------
    axis : {"none", "flight", "sister", "event"}
        What the angle of the visible daughter is taken against: nothing, the decay is isotropic; the flight of X2 in
        its parent's frame; the visible daughter of the other X2 of a pair X2 X2-bar, each in the rest frame of its
        X2; or all momenta of the event, by the law that `darkpair.angular_density` gives.
    slope : float or ndarray, or None
        Slope s of the density (1 + s cos)/2; None for "event".
    polarisation, asymmetry : float or ndarray, or None
        Longitudinal polarisation of X2 and decay asymmetry whose product is the slope; zero without meaning
        for "none"; None where the event decides.
    """

    axis: str = "none"
    slope: Real = 0.0
    polarisation: Real = 0.0
    asymmetry: Real = 0.0


class Portal(Protocol):
    """What the rates and the chains of a model ask of it."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def m1(self) -> Real:
        """Mass of X1 [GeV]."""

    @property
    def m2(self) -> Real:
        """Mass of X2 [GeV]."""

    @property
    def inputs(self) -> Inputs:
        """Preset and overrides of the table of inputs."""

    def fermions(self) -> bool:
        """Whether X1 and X2 are fermions."""

    def self_conjugate(self) -> bool:
        """Whether X1 and X2 are their own antiparticles."""

    def modes(self, parent: str | None = None) -> tuple[tuple[str, str], ...]:
        """(parent, mode) pairs that the model has, of one parent if named."""

    def mode(self, parent: str, mode: str) -> ModelMode:
        """Entry of a mode."""

    def equation(self, parent: str, mode: str) -> str:
        """Equation of arXiv:2005.07102 that gives the rate."""

    def partial_width(self, parent: str, mode: str) -> Array:
        """Partial width [GeV]."""

    def width(self, parent: str) -> Array:
        """Total width [GeV]."""

    def branching_ratio(self, parent: str, mode: str) -> Array:
        """Branching ratio [1]."""

    def ctau(self, parent: str) -> Array:
        """Mean proper decay length [mm]."""

    def matrix_element(self, parent: str, mode: str) -> ThreeBodyAmplitude:
        """Squared amplitude of a three-body mode."""

    def spin(self, parent: str, production: str, mode: str) -> Spin:
        """Correlation of X2 -> mode when X2 comes from parent -> production."""

    def spin_laws(
        self, parent: str, production: str, mode: str
    ) -> tuple[PairSpin | None, DecaySpin | TripleSpin | None]:
        """How the production polarises X2, and what its decay says of the spin; None for both where one is None."""
