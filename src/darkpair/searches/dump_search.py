"""A search behind a target as data: source and exposure, detector and selections, efficiencies, counts, and what it is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from darkpair.chains.models.channels import stated_modes
from darkpair.detectors.data_file import Number, detector_data
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.frozen import FrozenMapping
from darkpair.gen.parameters import checked
from darkpair.gen.references import cited_in
from darkpair.gen.sources.bottom import BOTTOM, SPECTRUM
from darkpair.gen.sources.meson_spectra import generators
from darkpair.searches.measurements import Measurement
from darkpair.searches.rate import Stated

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array

__all__ = ["MUONS", "SHOWERS", "STATUS", "DumpSearch"]

#: What a search may be: data that were taken and published; a plan; data or a plan of which a number here is a guess.
STATUS: Final = ("measurement", "projection", "estimate")

#: Modes of X2 that leave showers, and tracks of muons.
SHOWERS: Final = ("X1 pi0", "X1 gamma", "gamma gamma", "X1 gamma gamma", "X1 e+ e-")
MUONS: Final = ("X1 mu+ mu-",)

#: Mesons of a target whose paths end there and whose X2 fly on: those that count unless a search says others.
PARENTS: Final = ("eta", "eta'", "pi0")

#: Kaons, which decay before they are absorbed, or seldom do.
KAONS: Final = ("K_L0", "K_S0", "K+", "K-")

#: Tables of a detector's file of which an acceptance without resolution is made.
_GEOMETRY: Final = ("beam", "decay_volume", "calorimeter")


@checked
@dataclass(frozen=True, kw_only=True)
class DumpSearch:
    """A search behind a target, for all that a model makes there and the detector sees; `limits` makes its samples.

    Parameters
    ----------
    experiment : str
        Detector's data file: a name of the package's, or a path that ends with .toml, from the folder of this file.
    parents : sequence of str
        Mesons of the target that count, of eta, eta' and pi0.
    long_lived : sequence of str, optional
        Mesons that fly before they decay and count too, of K_L0, K_S0, K+ and K-, which are absorbed by what the detector's file
        says in ``[absorber]``; all of them where it says that, unless given. One that makes less than three hundredths of
        the X2 is left out.
    heavy : sequence of str, optional
        B mesons that count too, of B+ and B0, each with its antiparticles, at 400 GeV where the detector's file names its ``target``;
        both there, unless given, as far as they make that many.
    selections : mapping of str to sequence of str, optional
        Modes of X2 that each selection of the detector sees, by the selection's name; unless given photons and electrons by
        "showers" and muons by "muons" where the detector has them, and by its first selection otherwise.
    exposure : Stated [protons on target], optional
        Protons on target; the detector's own unless given.
    efficiencies : mapping of str to Stated [1], optional
        Efficiencies that are not simulated, beside the detector's factors.
    signal_limit : Stated [events], optional
        Signal excluded at 90 %; the detector's own unless given.
    observed, background : Stated [events], optional
        In its place: events seen and expected, the limit on the signal is CLs's at 90 %.
    status : {"measurement", "projection", "estimate"}
        What it is. A measurement excludes, unless a number of it is from memory; the others are lines.
    held_against : str
        What it was compared with.
    data : sequence of {"2020", "today"}
        Sets of data that it belongs to.
    summary : str
        What it is, in a line.
    """

    NEEDS: ClassVar = (("eta", "X1 X2"), ("eta", "X2 X2"), ("pi0", "X1 X2"), ("pi0", "X2 X2"))
    UNIT: ClassVar = "events"

    experiment: str
    parents: Sequence[Literal["eta", "eta'", "pi0"]] = PARENTS
    long_lived: Sequence[Literal["K_L0", "K_S0", "K+", "K-"]] | None = None
    heavy: Sequence[Literal["B+", "B0"]] | None = None
    selections: Mapping[str, Sequence[str]] | None = None
    exposure: Stated | None = None
    efficiencies: Mapping[str, Stated] = field(default_factory=FrozenMapping)
    signal_limit: Stated | None = None
    observed: Stated | None = None
    background: Stated | None = None
    status: Literal["measurement", "projection", "estimate"] = "measurement"
    held_against: str = "nothing"
    data: tuple[Literal["2020", "today"], ...] = ("today",)
    summary: str = "A search behind a target, of a data file."

    def __post_init__(self) -> None:
        _ = FixedTarget(experiment=self.experiment, resolution="none")
        for key, own in (("pot", self.exposure), ("n_90", self.signal_limit or self.observed)):
            name = "exposure" if key == "pot" else "signal_limit"
            if own is None and key not in detector_data(self.experiment).get("run", {}):
                raise InputError(
                    f"the data file {self.experiment} has no run.{key}; give it there, or {name} in the search's file"
                )
            if own is not None and own is not self.observed and not own.value > 0.0:
                raise InputError(f"{name} = {own.value:g}; allowed: above 0")
        if (self.observed is None) != (self.background is None) or (self.observed and self.signal_limit):
            raise InputError("a search has observed and background, or a signal_limit; give both, or the one")
        for name, efficiency in self.efficiencies.items():
            number = efficiency.measurement("1", f"efficiencies.{name}").value
            if not 0.0 < number <= 1.0:
                raise InputError(
                    f"efficiencies.{name} = {apart(number, 0.0, 1.0)[0]}; allowed: above 0, up to 1"
                )
        _require_absorber(self.experiment, self.long_lived or ())
        _require_target(self.experiment, self.heavy or ())
        seen = [mode for _, modes in self.sight for mode in modes]
        if not seen or len(set(seen)) != len(seen):
            raise InputError(
                f"selections name {', '.join(seen) or 'nothing'}; allowed: each mode of X2 once, and one or more"
            )
        _ = self.protons, self.stated_limit, self.from_memory

    @property
    def sets(self) -> tuple[str, ...]:
        """Sets of data that it belongs to."""
        return self.data

    @property
    def unit(self) -> str:
        """Of the observable and its limit."""
        return self.UNIT

    @cached_property
    def kind(self) -> str:
        """What an excess means: only a measurement without a number from memory excludes."""
        return "excluded" if self.status == "measurement" and not self.from_memory else "line"

    @cached_property
    def sight(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Selections of the detector, and the modes of X2 that each sees."""
        names = detector_data(self.experiment)["selections"]
        if self.selections is not None:
            for name in self.selections:
                if name not in names:
                    raise UnknownNameError(f"selection of {self.experiment}", name, names)
            return tuple((name, tuple(modes)) for name, modes in self.selections.items())
        showers = (
            "showers"
            if "showers" in names
            else FixedTarget(experiment=self.experiment, resolution="none").selection
        )
        return ((showers, SHOWERS), *((("muons", MUONS),) if "muons" in names else ()))

    @cached_property
    def every_parent(self) -> tuple[str, ...]:
        """Mesons of the target that count, those that fly before they decay last."""
        if self.long_lived is not None:
            return (*self.parents, *self.long_lived)
        if "absorber" not in detector_data(self.experiment):
            return tuple(self.parents)
        return (*self.parents, *self._made(KAONS))

    @cached_property
    def with_heavy(self) -> tuple[str, ...]:
        """The same, and B mesons last."""
        if self.heavy is not None:
            return (*self.every_parent, *self.heavy)
        stated = "target" in detector_data(self.experiment)
        return (*self.every_parent, *(self._made(BOTTOM) if stated else ()))

    def _made(self, names: Sequence[str]) -> list[str]:
        """Those of which there are tables at the beam's energy."""
        energy = FixedTarget(experiment=self.experiment, resolution="none").beam_energy
        return [name for name in names if generators(name, energy)]

    @cached_property
    def seen(self) -> tuple[str, ...]:
        """Modes of X2 that it sees."""
        return tuple(mode for _, modes in self.sight for mode in modes)

    @cached_property
    def protons(self) -> float | None:
        """Protons on target; None for the detector's own."""
        if self.exposure is None:
            return None
        return self.exposure.measurement("protons on target", "exposure").value

    @cached_property
    def efficiency(self) -> float:
        """Product of the efficiencies that are not simulated, the detector's own apart [1]."""
        return math.prod(number.value for number in self.efficiencies.values())

    @cached_property
    def stated_limit(self) -> Measurement | None:
        """Signal excluded at 90 % [events]; None for the detector's own."""
        if self.signal_limit is not None:
            return self.signal_limit.measurement("events", "signal_limit", 0.90)
        if self.observed is None or self.background is None:
            return None
        from darkpair.statistics import Counting, upper_limit  # (with scipy)

        seen = self.observed.measurement("events", "observed")
        expected = self.background.measurement("events", "background")
        if seen.value != int(seen.value):
            raise InputError(
                f"observed = {apart(seen.value, round(seen.value))[0]} events; allowed: 0, 1, 2, ..."
            )
        counted = Counting(
            observed=int(seen.value), background=expected.value, background_error=expected.error or 0.0
        )
        return Measurement(
            value=upper_limit(counted, 0.90),
            unit="events",
            source=f"CLs of {seen.value:g} events on {expected.value:g}: {seen.source}",
            confidence="memory" if "memory" in (seen.confidence, expected.confidence) else "derived",
            confidence_level=0.90,
        )

    @cached_property
    def limit(self) -> float:
        """Signal excluded at 90 % [events]."""
        return self.measurements[0].value

    @cached_property
    def measurements(self) -> tuple[Measurement, ...]:
        """Signal excluded, protons on target and efficiencies, from the detector's file where the search gives none."""
        run = {name: Number(**entry) for name, entry in detector_data(self.experiment).get("run", {}).items()}
        excluded, protons = self.stated_limit, self.exposure
        if excluded is None:
            own = run["n_90"]
            excluded = Measurement(
                value=own.value, unit="events", source=own.source, confidence=own.confidence, place=own.place,
                confidence_level=0.90,
            )  # fmt: skip
        number = run["pot"] if protons is None else protons.measurement("protons on target", "exposure")
        counted = Measurement(
            value=number.value, error=number.error, unit=number.unit, source=number.source,
            confidence=number.confidence, place=number.place,
        )  # fmt: skip
        flat = (own.measurement("1", f"efficiencies.{name}") for name, own in self.efficiencies.items())
        return (excluded, counted, *flat)

    @property
    def references(self) -> tuple[str, ...]:
        """What it rests on, as its numbers and the detector's cite it (`darkpair.gen.references`)."""
        own = cited_in(number.source for number in self.measurements)
        return tuple(
            dict.fromkeys([*own, *FixedTarget(experiment=self.experiment, resolution="none").references])
        )

    @cached_property
    def from_memory(self) -> tuple[str, ...]:
        """Names of the numbers that its result rests on and nobody has read: it excludes nothing by itself then."""
        names = [number.unit for number in self.measurements if number.confidence == "memory"]
        data = detector_data(self.experiment)
        for selection, _ in self.sight:
            detector = FixedTarget(experiment=self.experiment, selection=selection, resolution="none")
            tables = {name: data["selections"][selection].get(name, data[name]) for name in _GEOMETRY}
            tables |= {f"factors.{name}": data["factors"][name] for name in detector.flat_factors}
            names += [name for key, table in tables.items() for name in _recalled(table, key)]
            names += [f"cuts.{cut.name}" for cut in detector.cuts.cuts if cut.confidence == "memory"]
        return tuple(dict.fromkeys(names))

    def applies(self, model: Model) -> bool:
        """Whether the model makes X2 there and lets it decay to what is seen."""
        own = set(model.modes())
        made = any(
            "X2" in mode.split() for parent in self.with_heavy for _, mode in stated_modes(model, parent)
        )
        return made and any(("X2", mode) in own for mode in self.seen)

    def value(self, model: Model) -> Array:
        """Expected events behind the target, of every channel that the detector sees; samples give them."""
        raise InputError(
            f"the search of {self.experiment} needs samples; ask darkpair.limits.limit_rows, or make a BeamDump"
        )


def _require_absorber(experiment: str, parents: Sequence[str]) -> None:
    """Refuse kaons of a target where nothing says what absorbs them."""
    if parents and "absorber" not in detector_data(experiment):
        raise InputError(
            f"long_lived names {', '.join(parents)}, and {experiment} has no [absorber], which says what stops them; give it there, or "
            "leave them out"
        )


def _require_target(experiment: str, parents: Sequence[str]) -> None:
    """Refuse B mesons of a target where nothing says how many there are."""
    energy = FixedTarget(experiment=experiment, resolution="none").beam_energy
    if parents and not (
        "target" in detector_data(experiment) and all(generators(n, energy) for n in parents)
    ):
        raise InputError(
            f"heavy names {', '.join(parents)}, and {experiment} has no target = ... of a beam of {SPECTRUM.beam_energy:g} GeV, which "
            "their number needs; give both there, or leave them out"
        )


def _recalled(table: Any, name: str) -> Iterator[str]:
    """Names of the numbers of a detector's table that are from memory."""
    if isinstance(table, Mapping):
        if table.get("confidence") == "memory":
            yield name
        for key, entry in table.items():
            yield from _recalled(entry, f"{name}.{key}")
