"""What KOTO's runs came to: protons, kaons, sensitivity, candidates and limits, each number with its source."""

from __future__ import annotations

from dataclasses import dataclass, replace

from darkpair.detectors.data_file import Number, read_data
from darkpair.detectors.lifetime_scan import estimated_decay_probability
from darkpair.gen.errors import UnknownNameError
from darkpair.gen.kinematics import Array, Real

__all__ = ["Number", "Run", "factors", "kaons", "koto_decay_probability", "run"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """Normalisation and result of one of KOTO's runs; branching ratios of K_L -> pi0 nu nubar.

    Parameters
    ----------
    name : str
        Name of the run, as of its selection.
    pot, kl : Number
        Numbers of protons on target and of K_L at the beam exit.
    single_event_sensitivity : Number
        Branching ratio that gives one event.
    candidates, background : Number
        Numbers of observed and of expected background events in the signal box.
    upper_limit : Number
        Upper limit on the branching ratio at 90 % confidence level.
    standard_acceptance : Number
        Accepted K_L -> pi0 nu nubar with pi0 -> gamma gamma for each K_L at the beam exit, as the simulation here has
        it with the run's selection and the default beam.
    pi0_x_limits : tuple of (float, Number) [GeV]
        Masses of an invisible X, and the upper limits on the branching ratio of K_L -> pi0 X.
    """

    name: str
    pot: Number
    kl: Number
    single_event_sensitivity: Number
    candidates: Number
    background: Number
    upper_limit: Number
    standard_acceptance: Number
    pi0_x_limits: tuple[tuple[float, Number], ...]

    @property
    def acceptance(self) -> float:
        """Accepted pi0 nu nubar per K_L at the beam exit that the sensitivity implies, 1/(sensitivity K_L)."""
        return 1.0 / (self.single_event_sensitivity.value * self.kl.value)


def run(name: str) -> Run:
    """A run of KOTO.

    Parameters
    ----------
    name : {"2015", "2016-18", "2021"}
        Name of the run.

    Raises
    ------
    UnknownNameError
    """
    data = read_data("koto")
    if name not in data["runs"]:
        raise UnknownNameError("run of koto", name, data["runs"])
    limits = ((float(x["mass"]), Number(**x["limit"])) for x in data["pi0_x_limits"] if x["run"] == name)
    numbers = {key: Number(**entry) for key, entry in data["runs"][name].items()}
    return Run(name=name, pi0_x_limits=tuple(limits), **numbers)


def kaons(name: str) -> Number:
    """K_L at the beam exit of a run, with the error of the measured yield where the run's number has none of its own."""
    kl, produced = run(name).kl, Number(**read_data("koto")["yield"]["kl"])
    if kl.error is not None or produced.error is None:
        return kl
    return replace(kl, error=produced.scaled(kl.value / produced.value).error)


def factors(*names: str) -> dict[str, Number]:
    """Efficiencies of KOTO that nothing here simulates, by name.

    Parameters
    ----------
    *names : str
        Names of the efficiencies, as in the data file.

    Raises
    ------
    UnknownNameError
    """
    entries = read_data("koto")["factors"]
    for name in names:
        if name not in entries:
            raise UnknownNameError("factor of koto", name, entries)
    return {name: Number(**entries[name]) for name in names}


def koto_decay_probability(mass: Real, ctau: Real, *, particles: int = 1) -> Array:
    """Probability that X2 decays in KOTO, estimated with a typical path and energy.

    Parameters
    ----------
    mass, ctau : float or ndarray [GeV], [mm]
        Mass and mean proper decay length of X2; arrays broadcast.
    particles : int
        Number of X2 that have to decay: 2 for K_L -> X2 X2 with photons of both.

    References
    ----------
    arXiv:2005.07102, eq 66: path 1.5 m, energy 1.0 GeV; see `estimated_decay_probability` for its bias.
    """
    typical = read_data("koto")["decay_estimate"]
    return estimated_decay_probability(
        mass,
        ctau,
        path=typical["path"]["value"],
        energy=typical["energy"]["value"],
        particles=particles,
    )
