"""Dark-particle pair production in meson decays, as awkward arrays and ROOT files (arXiv:2005.07102).

What this package exports, and what docs/ describes, keeps its meaning within a major version; everything else may move.
"""

from __future__ import annotations

from darkpair.gen.lazy import lazily

TYPE_CHECKING = False  # (as checkers take it; a command that is stopped early should not be within `typing`)
if TYPE_CHECKING:
    from typing import Any

    from darkpair.chains.angular_density import angular_density
    from darkpair.chains.chain import Chain
    from darkpair.chains.descriptor import build
    from darkpair.chains.models import (
        Dipole,
        HiggsPortalFermion,
        HiggsPortalQuartic,
        HiggsPortalTrilinear,
        Impostor,
        Inputs,
        KineticMixing,
        Model,
        ModelMode,
        TwoHiggsDoublet,
        VirtualMeson,
        ZPrimeDirac,
        ZPrimeMajorana,
        ZPrimeScalar,
        combine,
    )
    from darkpair.chains.models.stated import StatedChain, stated_chain
    from darkpair.chains.widths import three_body_width, two_body_width
    from darkpair.detectors.belle2 import Belle2
    from darkpair.detectors.fixed_target import FixedTarget
    from darkpair.detectors.koto import Koto
    from darkpair.detectors.koto_kaon import KotoKaon
    from darkpair.export.sweep import sweep
    from darkpair.gen.cutflow import Cutflow
    from darkpair.gen.decay import Decay, Mode
    from darkpair.gen.errors import (
        ClosedChannelError,
        DarkpairError,
        DarkpairWarning,
        InputError,
        UnknownNameError,
    )
    from darkpair.gen.events import Batch, Parents, total_weight
    from darkpair.gen.kinematics import Array, Real
    from darkpair.gen.observed import Observed
    from darkpair.gen.output.reader import read_events, read_provenance
    from darkpair.gen.output.target import EventWriter
    from darkpair.gen.parameters import (
        Angle,
        Dimensionless,
        Energy,
        Ge,
        Gt,
        Infinite,
        Le,
        Length,
        Lt,
        Unit,
        checked,
    )
    from darkpair.gen.particles import Particle, particle
    from darkpair.gen.pipeline import Pipeline, chunks
    from darkpair.gen.selected import Selected
    from darkpair.gen.sources.dump_mesons import DumpMesons
    from darkpair.gen.sources.event_file import EventFile
    from darkpair.gen.sources.gun import Gun
    from darkpair.gen.sources.koto_kl import KotoKL
    from darkpair.gen.sources.upsilon4s import Upsilon4S
    from darkpair.gen.streams import Streams
    from darkpair.job.job import Job, load_job
    from darkpair.limits.ratios import RatioRow, excluded_ratios
    from darkpair.limits.rows import LimitRow, limit_rows
    from darkpair.run.check import check_job
    from darkpair.run.expected import expected_events
    from darkpair.run.merge import merge
    from darkpair.run.preview import Preview
    from darkpair.run.report import write_report
    from darkpair.run.runner import Result, run_job
    from darkpair.run.sweep import Sweep
    from darkpair.searches import Measurement, Search, load_search
    from darkpair.workers import on_executor

    __version__: str

__all__ = [
    "Angle",
    "Array",
    "Batch",
    "Belle2",
    "Chain",
    "ClosedChannelError",
    "Cutflow",
    "DarkpairError",
    "DarkpairWarning",
    "Decay",
    "Dimensionless",
    "Dipole",
    "DumpMesons",
    "Energy",
    "EventFile",
    "EventWriter",
    "FixedTarget",
    "Ge",
    "Gt",
    "Gun",
    "HiggsPortalFermion",
    "HiggsPortalQuartic",
    "HiggsPortalTrilinear",
    "Impostor",
    "Infinite",
    "InputError",
    "Inputs",
    "Job",
    "KineticMixing",
    "Koto",
    "KotoKL",
    "KotoKaon",
    "Le",
    "Length",
    "LimitRow",
    "Lt",
    "Measurement",
    "Mode",
    "Model",
    "ModelMode",
    "Observed",
    "Parents",
    "Particle",
    "Pipeline",
    "Preview",
    "RatioRow",
    "Real",
    "Result",
    "Search",
    "Selected",
    "StatedChain",
    "Streams",
    "Sweep",
    "TwoHiggsDoublet",
    "Unit",
    "UnknownNameError",
    "Upsilon4S",
    "VirtualMeson",
    "ZPrimeDirac",
    "ZPrimeMajorana",
    "ZPrimeScalar",
    "__version__",
    "angular_density",
    "build",
    "check_job",
    "checked",
    "chunks",
    "combine",
    "excluded_ratios",
    "expected_events",
    "limit_rows",
    "load_job",
    "load_search",
    "merge",
    "on_executor",
    "particle",
    "read_events",
    "read_provenance",
    "run_job",
    "stated_chain",
    "sweep",
    "three_body_width",
    "total_weight",
    "two_body_width",
    "write_report",
]

_public = lazily(
    __name__,
    {
        "Angle": "gen.parameters",
        "Array": "gen.kinematics",
        "Batch": "gen.events",
        "Belle2": "detectors.belle2",
        "Chain": "chains.chain",
        "ClosedChannelError": "gen.errors",
        "Cutflow": "gen.cutflow",
        "DarkpairError": "gen.errors",
        "DarkpairWarning": "gen.errors",
        "Decay": "gen.decay",
        "Dimensionless": "gen.parameters",
        "Dipole": "chains.models",
        "DumpMesons": "gen.sources.dump_mesons",
        "Energy": "gen.parameters",
        "EventFile": "gen.sources.event_file",
        "EventWriter": "gen.output.target",
        "FixedTarget": "detectors.fixed_target",
        "Ge": "gen.parameters",
        "Gt": "gen.parameters",
        "Gun": "gen.sources.gun",
        "HiggsPortalFermion": "chains.models",
        "HiggsPortalQuartic": "chains.models",
        "HiggsPortalTrilinear": "chains.models",
        "Impostor": "chains.models",
        "Infinite": "gen.parameters",
        "InputError": "gen.errors",
        "Inputs": "chains.models",
        "Job": "job.job",
        "KineticMixing": "chains.models",
        "Koto": "detectors.koto",
        "KotoKL": "gen.sources.koto_kl",
        "KotoKaon": "detectors.koto_kaon",
        "Le": "gen.parameters",
        "Length": "gen.parameters",
        "LimitRow": "limits.rows",
        "Lt": "gen.parameters",
        "Measurement": "searches",
        "Mode": "gen.decay",
        "Model": "chains.models",
        "ModelMode": "chains.models",
        "Observed": "gen.observed",
        "Parents": "gen.events",
        "Particle": "gen.particles",
        "Pipeline": "gen.pipeline",
        "Preview": "run.preview",
        "RatioRow": "limits.ratios",
        "Real": "gen.kinematics",
        "Result": "run.runner",
        "Search": "searches",
        "Selected": "gen.selected",
        "StatedChain": "chains.models.stated",
        "Streams": "gen.streams",
        "Sweep": "run.sweep",
        "TwoHiggsDoublet": "chains.models",
        "Unit": "gen.parameters",
        "UnknownNameError": "gen.errors",
        "Upsilon4S": "gen.sources.upsilon4s",
        "VirtualMeson": "chains.models",
        "ZPrimeDirac": "chains.models",
        "ZPrimeMajorana": "chains.models",
        "ZPrimeScalar": "chains.models",
        "angular_density": "chains.angular_density",
        "build": "chains.descriptor",
        "check_job": "run.check",
        "checked": "gen.parameters",
        "chunks": "gen.pipeline",
        "combine": "chains.models",
        "excluded_ratios": "limits.ratios",
        "expected_events": "run.expected",
        "limit_rows": "limits.rows",
        "load_job": "job.job",
        "load_search": "searches",
        "merge": "run.merge",
        "on_executor": "workers",
        "particle": "gen.particles",
        "read_events": "gen.output.reader",
        "read_provenance": "gen.output.reader",
        "run_job": "run.runner",
        "stated_chain": "chains.models.stated",
        "sweep": "export.sweep",
        "testing": "testing",
        "three_body_width": "chains.widths",
        "total_weight": "gen.events",
        "two_body_width": "chains.widths",
        "write_report": "run.report",
    },
)


if not TYPE_CHECKING:  # a checker knows the names above, and that there are no others

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from importlib.metadata import version

            return version("darkpair")
        return _public(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
