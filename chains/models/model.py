"""The interface of every portal: partial widths, branching ratios, lifetimes, amplitudes and spin."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from darkpair.chains.models.edge import carried
from darkpair.chains.models.electroweak import total_width
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.portal import Mode, ModelMode, NotDerivedError, Spin
from darkpair.chains.models.rate_text import model_table
from darkpair.gen.constants import HBAR_C
from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.frozen import ByValue
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import Closed, Dimensionless, Energy, Ge, Gt, Lt, settle
from darkpair.gen.ranges import ENERGIES, NUMBERS, WIDTHS, require_one_shape, require_within
from darkpair.gen.tables import Shown, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darkpair.chains.chain import Chain
    from darkpair.chains.matrix_elements import ThreeBodyAmplitude
    from darkpair.chains.spin import DecaySpin, PairSpin, TripleSpin
    from darkpair.gen.kinematics import Array

__all__ = ["Mode", "Model", "ModelMode", "NotDerivedError", "Spin"]


def _bounded(slope: Real) -> Array:
    """Slope without the rounding beyond 1."""
    return np.asarray(np.clip(slope, -1.0, 1.0))


def _exchanged(m1: Real, m2: Real) -> InputError:
    """What to raise for a point with m1 above m2: its masses, of an array those of the first such point."""
    light, heavy = np.broadcast_arrays(m1, m2)
    where = np.flatnonzero(np.ravel(light > heavy))
    first, at = (
        where[0],
        f" at [{', '.join(map(str, np.unravel_index(where[0], light.shape)))}]" if light.ndim else "",
    )
    return InputError(
        f"m1 = {light.flat[first]}, m2 = {heavy.flat[first]} GeV{at}; allowed: m1 <= m2; exchange X1 and X2"
    )


def _require_mode(owner: type, key: tuple[str, str], entry: object) -> None:
    """Refuse what is no mode of a model in its table: widths would be asked of it."""
    if not isinstance(entry, ModelMode):
        raise InputError(
            f"{' -> '.join(key)} of {owner.__name__} is {shown(entry)}; allowed: a darkpair.ModelMode, whose width is a function of "
            "the model; a darkpair.Mode is a decay of a chain"
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Model(ByValue, Shown):
    """A portal: couplings and masses, and every rate that follows.

    Arrays of masses and couplings broadcast against each other in every method.  Two models of one class with the same
    numbers are equal and have one hash; arrays are copied and cannot be written into.  A parameter of a subclass is
    annotated with its unit, ``y: Annotated[Real, Dimensionless] = 1.0``; texts with units are taken then, "50 MeV".

    Parameters
    ----------
    m1, m2 : float or ndarray [GeV]
        Masses of X1 and X2, 0 <= m1 <= m2, m2 > 0.
    inputs : Inputs
        Preset and overrides of the table of inputs.
    invisible_width : float or ndarray [GeV]
        Width that is added to that of X2 as the mode "invisible" (arXiv:2005.07102, section IV.D).
    invisible_branching_ratio : float or ndarray
        The same as a fraction of the total width, 0 <= B < 1; one of the two at most.

    Raises
    ------
    InputError
        For masses and fractions outside these ranges.
    """

    #: Keys of what its rates rest on (`darkpair.gen.references`).
    references: ClassVar[tuple[str, ...]] = ()
    #: (parent, mode) -> ModelMode.
    MODES: ClassVar[Mapping[tuple[str, str], ModelMode]] = {}
    #: Whether X1 and X2 are fermions: psi1, psi2 rather than S1, S2.
    FERMIONS: ClassVar[bool] = False
    #: Whether X1 can be dark matter; False where it decays in turn.
    STABLE: ClassVar[bool] = True

    m1: Annotated[Real, Energy, Ge(0.0)]
    m2: Annotated[Real, Energy, Gt(0.0)]
    inputs: Annotated[Inputs, Closed] = field(default_factory=Inputs)
    invisible_width: Annotated[Real, Energy, Ge(0.0)] = 0.0
    invisible_branching_ratio: Annotated[Real, Dimensionless, Ge(0.0), Lt(1.0)] = 0.0
    #: Widths already computed; the model is frozen, so they stay right.
    _widths: dict[tuple[str, str], Array] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for key, entry in cls.MODES.items():
            _require_mode(cls, key, entry)

    def __post_init__(self) -> None:
        settle(self)
        super().__post_init__()
        require_one_shape({entry.name: getattr(self, entry.name) for entry in fields(self)})
        if not np.all(np.greater_equal(self.m2, self.m1)):
            raise _exchanged(self.m1, self.m2)
        if np.any(self.invisible_width) and np.any(self.invisible_branching_ratio):
            raise InputError("invisible_width and invisible_branching_ratio are both given; give one of them")
        limits = {"m1": (0.0, ENERGIES[1]), "m2": ENERGIES, "invisible_width": WIDTHS}
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, (int, float, complex, np.ndarray)):
                unit = "GeV" if entry.name in limits else ""
                require_within(value, limits.get(entry.name, NUMBERS), entry.name, unit)

    def table(self) -> Table:
        """Its modes, with their rates at one point."""
        return model_table(self)

    def modes(self, parent: str | None = None) -> tuple[tuple[str, str], ...]:
        """(parent, mode) pairs that the model has, of one parent if named."""
        return tuple(key for key in self._table() if parent in {None, key[0]})

    def fermions(self) -> bool:
        """Whether X1 and X2 are fermions."""
        return self.FERMIONS

    def self_conjugate(self) -> bool:
        """Whether X1 and X2 are their own antiparticles: scalars are real, Dirac fermions are not."""
        return not self.fermions()

    def stable(self) -> bool:
        """Whether X1 is stable."""
        return self.STABLE

    def equation(self, parent: str, mode: str) -> str:
        """Where the rate is from: an equation of arXiv:2005.07102, or of one's own model the words of its `ModelMode`."""
        return "section IV.D" if (parent, mode) == ("X2", "invisible") else self.mode(parent, mode).equation

    def partial_width(self, parent: str, mode: str) -> Array:
        """Partial width [GeV]; exactly zero for a closed channel.

        Parameters
        ----------
        parent, mode : str
            Parent and mode as in `modes`, for example ``"X2", "X1 pi0"``; ``"X2", "invisible"`` is the added width.

        Raises
        ------
        UnknownNameError
            For a parent or a mode that the model does not have.
        """
        if (parent, mode) == ("X2", "invisible"):
            return np.asarray(self.width("X2") - self._listed("X2"))
        if (parent, mode) not in self._widths:
            width = carried(self, parent, mode)
            width.flags.writeable = False
            self._widths[parent, mode] = width
        return self._widths[parent, mode]

    def width(self, parent: str) -> Array:
        """Total width [GeV]: the sum of the modes for X2, the measured one for a meson, zero for X1."""
        if parent == "X1":
            return np.zeros(np.broadcast_shapes(np.shape(self.m1), np.shape(self.m2)))
        if parent == "X2":
            total = self._listed("X2") + np.asarray(self.invisible_width)
            return np.asarray(total / (1.0 - np.asarray(self.invisible_branching_ratio)))
        self._require_parent(parent)
        return np.asarray(self.inputs["Gamma_h"] if parent == "h" else total_width(parent))

    def branching_ratio(self, parent: str, mode: str) -> Array:
        """Branching ratio [1].

        Raises
        ------
        InputError
            If the parent does not decay at all.
        """
        partial, total = self.partial_width(parent, mode), self.width(parent)
        if np.any(total == 0.0):
            raise InputError(
                f"{parent} has zero width at m1 = {self.m1}, m2 = {self.m2} GeV: no branching ratios; "
                "allowed: couplings and masses with an open mode; look at partial_width instead"
            )
        return np.asarray(partial / total)

    def ctau(self, parent: str) -> Array:
        """Mean proper decay length [mm]; infinite where nothing is open."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.divide(HBAR_C, self.width(parent)))

    def matrix_element(self, parent: str, mode: str) -> ThreeBodyAmplitude:
        """Squared amplitude of a three-body mode: (q2, cos_theta) -> |M|^2.

        q2 [GeV^2] is the invariant mass squared of the last two daughters of the mode, cos_theta the angle
        between the last daughter and the first in the pair's rest frame. For the antiparticle of a Dirac X2
        the pair's particle and antiparticle change roles: turn cos_theta round.

        Raises
        ------
        InputError
            For a mode with two daughters, or one whose angles nobody derived.
        """
        amplitude = self.mode(parent, mode).amplitude
        if amplitude is None:
            raise InputError(
                f"{parent} -> {mode} has no three-body matrix element; it is isotropic or a rate only"
            )
        return amplitude(self)

    def chain(self, parent: str = "K_L0", production: str = "X1 X2", **settings: Any) -> Chain:
        """Chain of parent -> production with X2 decaying as the model says; see `darkpair.chains.models.decays`."""
        from darkpair.chains.models.decays import model_chain  # whom only a chain needs

        return model_chain(self, parent, production, **settings)

    def spin(self, parent: str, production: str, mode: str) -> Spin:
        """Correlation of X2 -> mode when X2 comes from parent -> production; X2, not its antiparticle.

        Raises
        ------
        UnknownNameError
            For a parent or a mode that the model does not have.
        InputError
            Where X2 is polarised and its decay analyses it, and one of the two is not derived.
        """
        polariser, analyser = self.spin_laws(parent, production, mode)
        if polariser is None or analyser is None:
            return Spin()
        asymmetry = analyser.asymmetry
        if asymmetry is not None and polariser.singlet:
            return Spin(axis="sister", slope=_bounded(np.square(asymmetry)), asymmetry=asymmetry)
        polarisation = polariser.polarisation
        if asymmetry is None or polarisation is None:
            return Spin(axis="event", slope=None, polarisation=polarisation, asymmetry=asymmetry)
        slope = _bounded(polarisation * asymmetry)
        return Spin(axis="flight", slope=slope, polarisation=polarisation, asymmetry=asymmetry)

    def spin_laws(
        self, parent: str, production: str, mode: str
    ) -> tuple[PairSpin | None, DecaySpin | TripleSpin | None]:
        """`polariser` of the production and `analyser` of the decay of X2; None for both where one is None.

        Raises
        ------
        InputError
            As `spin`.
        """
        laws: list[Any] = []
        missing = None
        for ask in (lambda: self.polariser(parent, production), lambda: self.analyser(mode)):
            try:
                laws.append(ask())
            except NotDerivedError as error:
                missing = missing or error
        if None in laws:
            return None, None
        if missing is not None:
            raise missing
        return laws[0], laws[1]

    def polariser(self, parent: str, production: str) -> PairSpin | None:
        """How parent -> production polarises X2 (psi2 where it has an antiparticle); None if not at all.

        A scalar has no spin; a model of fermions says it here, or says that X2 is not polarised by returning None.

        Raises
        ------
        UnknownNameError
            For a parent or a production that the model does not have.
        NotDerivedError
            An InputError, for an angular correlation that nobody derived.
        """
        self.mode(parent, production)
        if self.fermions() and "X2" in production.split():
            raise NotDerivedError(
                f"{parent} -> {production}: {type(self).__name__} does not say how it polarises X2; "
                "define its polariser(), which returns None where X2 is unpolarised"
            )
        return None

    def analyser(self, mode: str) -> DecaySpin | TripleSpin | None:
        """What X2 -> mode says of the spin of psi2; None if nothing. As `polariser`."""
        self.mode("X2", mode)
        if self.fermions():
            raise NotDerivedError(
                f"X2 -> {mode}: {type(self).__name__} does not say how it analyses the spin of X2; "
                "define its analyser(), which returns None where the decay does not depend on it"
            )
        return None

    def _table(self) -> Mapping[tuple[str, str], ModelMode]:
        return self.MODES

    def _listed(self, parent: str) -> Array:
        """Sum of the partial widths in the table [GeV]."""
        widths = [self.partial_width(*key) for key in self.modes(parent)]
        return np.asarray(sum(widths[1:], start=widths[0])) if widths else self.width("X1")

    def _require_parent(self, parent: str) -> None:
        parents = tuple(dict.fromkeys((*(key[0] for key in self._table()), "X1", "X2")))
        if parent not in parents:
            raise UnknownNameError(f"parent of {type(self).__name__}", parent, parents)

    def mode(self, parent: str, mode: str) -> ModelMode:
        """Entry of a mode; UnknownNameError for one that the model does not have."""
        self._require_parent(parent)
        table = self._table()
        if (parent, mode) not in table:
            raise UnknownNameError(f"mode of {parent}", mode, tuple(m for p, m in table if p == parent))
        _require_mode(type(self), (parent, mode), table[parent, mode])
        return table[parent, mode]
