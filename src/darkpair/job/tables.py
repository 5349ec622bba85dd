"""The tables of a job file that are not plug-ins: [run], [chain], [normalisation], [output]."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from darkpair.chains.models.inputs import Preset
from darkpair.chains.settings import SETTINGS
from darkpair.gen.frozen import frozen
from darkpair.gen.kinds import Kind
from darkpair.gen.output.formats import ENDINGS
from darkpair.gen.parameters import kind_of
from darkpair.gen.pipeline import MOST_EVENTS
from darkpair.gen.sample_name import MOST_RUN

__all__ = ["ChainTable", "NormalisationTable", "OutputTable", "RunTable", "Table"]


class Table(BaseModel):
    """A table of a job: what it does not know is an error; values are read as those of plug-ins are."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    #: Its name in a job.
    SECTION: ClassVar[str] = ""

    @classmethod
    @cache
    def kinds(cls) -> Mapping[str, Kind]:
        """What each key may be."""
        return {
            name: _written(entry.metadata) or kind_of(entry.annotation, tuple(entry.metadata))
            for name, entry in cls.model_fields.items()
        }

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        if not (cls.SECTION and isinstance(given, Mapping)):
            return given
        values = dict(given)
        for key, kind in cls.kinds().items():
            if key in values:
                value = kind.read(values[key], f"{cls.SECTION}.{key}", values)
                if not _written(cls.model_fields[key].metadata):
                    values[key] = value
        return values

    def model_post_init(self, context: Any, /) -> None:
        """Close the tables and lists in it, so that a job has a hash and stays what was checked."""
        for name, value in self.__dict__.items():
            self.__dict__[name] = frozen(value)


def _written(marks: list[Any]) -> Kind | None:
    """Kind of a value that is checked here and kept as it is written, as an annotation has it; None for all others."""
    return next((mark for mark in marks if isinstance(mark, Kind)), None)


#: What a chain is made of beside parameters of its own: each has a key in ``[chain]``, and lifetimes have ``lifetime``.
CHAIN_SETTINGS: Final = ("mass", "ctau", "width", "conserve", "matrix_elements", "lifetimes")


class RunTable(Table):
    """``[run]``: how many events, and which; n may be left out where a source has a last one."""

    SECTION = "run"

    n: int | None = Field(
        default=None,
        ge=1,
        le=MOST_EVENTS,
        description="generated events; every parent of an event file unless given",
    )
    seed: int = Field(default=1, ge=0, lt=2**64, description="of all random numbers")
    number: int | None = Field(
        default=None,
        ge=1,
        le=MOST_RUN,
        description="of the run, in the names of events; it follows from what defines the sample unless given",
    )
    workers: int = Field(default=1, ge=1, le=1024, description="processes; change no event")
    chunk: int = Field(default=16 * 16384, ge=1, description="events in memory at once; changes no event")
    compiled: bool | None = Field(
        default=None,
        description="formulas as machine code of numba, which changes no event; by the number of events unless given",
    )


class ChainTable(Table):
    """``[chain]``: a descriptor (or one a parent) or the name of a chain, with masses and lifetimes, or a model that gives them."""

    SECTION = "chain"

    decay: str | tuple[str, ...] | None = Field(
        default=None, description="descriptor, as K_L0 -> X1 (X2 -> X1 pi0), or a list of them, one a parent"
    )
    name: str | None = Field(default=None, description="instead: a chain of `darkpair list chains`")
    model: str | None = Field(default=None, description="instead: a model of `darkpair list models`")
    parameters: dict[str, Any] = Field(
        default={},
        description="of the model: masses and couplings, see `darkpair rates`; or those of a named chain's own",
    )
    inputs: Preset = Field(default="pdg", description="of the model: its table of inputs")
    parent: str = Field(default="K_L0", description="of the model")
    production: str = Field(
        default="X1 X2", description="of the model: what the parent decays to, as in its rates"
    )
    modes: tuple[str, ...] | None = Field(
        default=None, description="of the model: modes of X2 that are generated; every open one unless given"
    )
    mass: Annotated[dict[str, Any], SETTINGS["mass"]] = Field(
        default={}, description='of dark particles, as mass.X2 = "430 MeV"'
    )
    ctau: Annotated[dict[str, Any], SETTINGS["ctau"]] = Field(
        default={}, description='mean proper decay length of dark particles, as ctau.X2 = "5 cm"'
    )
    width: Annotated[dict[str, Any], SETTINGS["width"]] = Field(
        default={},
        description='natural widths of rho, omega, K*(892), phi other than the PDG\'s, as width."K*0" = 0 (a line)',
    )
    lifetime: dict[str, Literal["exponential", "forced", "scan", "absorbed"]] = Field(
        default={},
        description="exponential, forced (to where the detector may see it), scan (for every c tau) or absorbed (of a "
        "target's kaon: what decays before it is absorbed, by the detector's data file), as "
        'lifetime.X2 = "scan"; X2 is the heavier dark state whatever it is called',
    )
    matrix_elements: dict[str, str | dict[str, Any]] = Field(
        default={},
        description='of decays to three, the daughters in the element\'s order, as matrix_elements."K_L0 -> S gamma gamma" = '
        '{ name = "power", power = 2 }: a name of `darkpair list matrix_elements` and its parameters',
    )
    conserve: bool = Field(
        default=True,
        description="of a descriptor: whether charge, an even number of half-integer spins and the fermion number of "
        "Dirac states are asked of every decay",
    )


class NormalisationTable(Table):
    """``[normalisation]``: what expected events need and the sample cannot know; it changes no event."""

    SECTION = "normalisation"

    branching_ratio: float | None = Field(
        default=None,
        gt=0.0,
        le=1.0,
        description="of the chain's first decay; a model's or the descriptor's own unless given",
    )
    exposure: float | None = Field(
        default=None,
        gt=0.0,
        description="protons on target, K_L at the beam exit, pairs, or events of an event file's kind; the experiment's own "
        "unless given",
    )


class OutputTable(Table):
    """``[output]``: the file and its form; more keys where the format of a stranger has them."""

    SECTION = "output"

    model_config = ConfigDict(extra="allow")

    path: str = Field(
        description=f"file whose ending says its format: {', '.join(e for ends in ENDINGS.values() for e in ends)}, or one of "
        "`darkpair list formats`; a name that ends in / is a dataset, a folder of parts"
    )
    format: Literal["root", "hepmc3", "hepmc3.gz", "lhe", "lhe.gz", "parquet"] | None = Field(
        default=None, description="of the parts of a dataset; root unless given"
    )
    layout: Literal["cartesian", "nano", "flat"] = Field(
        default="cartesian", description="of a ROOT or Parquet file"
    )
    kind: Literal["ttree", "rntuple"] = Field(default="ttree", description="of a ROOT file")
    compression: Literal["lz4", "zstd", "none"] = Field(
        default="lz4", description="of a ROOT or Parquet file"
    )
    events: Literal["accepted", "all"] = Field(default="accepted", description="which are written")
    picture: bool = Field(default=True, description="whether one is drawn beside the file")
    replace: bool = Field(
        default=False,
        description="whether what is there is made again, and a file of other events is replaced",
    )
