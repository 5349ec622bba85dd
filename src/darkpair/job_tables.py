"""The tables of a job file that are not plug-ins: [run], [chain], [normalisation], [output]."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from darkpair.gen.frozen import frozen
from darkpair.gen.output.formats import ENDINGS
from darkpair.gen.pipeline import MOST_EVENTS

__all__ = ["ChainTable", "NormalisationTable", "OutputTable", "RunTable", "Table"]


class Table(BaseModel):
    """A table of a job: what it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def model_post_init(self, context: Any, /) -> None:
        """Close the tables and lists in it, so that a job has a hash and stays what was checked."""
        for name, value in self.__dict__.items():
            self.__dict__[name] = frozen(value)


class RunTable(Table):
    """``[run]``: how many events, and which; n may be left out where a source has a last one."""

    n: int | None = Field(
        default=None,
        ge=1,
        le=MOST_EVENTS,
        description="generated events; every parent of an event file unless given",
    )
    seed: int = Field(default=1, ge=0, lt=2**64, description="of all random numbers")
    workers: int = Field(default=1, ge=1, le=1024, description="processes; change no event")
    chunk: int = Field(default=16 * 16384, ge=1, description="events in memory at once; changes no event")

    @field_validator("n", "seed", "chunk", mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e18 else value


class ChainTable(Table):
    """``[chain]``: a descriptor (or one a parent) or the name of a chain, with masses and lifetimes, or a model that gives them."""

    decay: str | tuple[str, ...] | None = Field(
        default=None, description="descriptor, as K_L0 -> X1 (X2 -> X1 pi0), or a list of them, one a parent"
    )
    name: str | None = Field(default=None, description="instead: a chain of `darkpair list chains`")
    model: str | None = Field(default=None, description="instead: a model of `darkpair list models`")
    parameters: dict[str, float | str] = Field(
        default={}, description="of the model: masses and couplings, see `darkpair rates`"
    )
    inputs: str = Field(default="pdg", description="of the model: pdg, paper or paper-10tev")
    parent: str = Field(default="K_L0", description="of the model")
    production: str = Field(
        default="X1 X2", description="of the model: what the parent decays to, as in its rates"
    )
    modes: tuple[str, ...] | None = Field(
        default=None, description="of the model: modes of X2 that are generated; every open one unless given"
    )
    mass: dict[str, float | str] = Field(default={}, description='of dark particles, as mass.X2 = "430 MeV"')
    ctau: dict[str, float | str] = Field(
        default={}, description='mean proper decay length of dark particles, as ctau.X2 = "5 cm"'
    )
    width: dict[str, float | str] = Field(
        default={},
        description='natural widths of rho, omega, K*(892), phi other than the PDG\'s, as width."K*0" = 0 (a line)',
    )
    lifetime: dict[str, Literal["exponential", "forced", "scan"]] = Field(
        default={},
        description="exponential, forced (to where the detector may see it) or scan (for every c tau), as "
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

    branching_ratio: float | None = Field(
        default=None,
        gt=0.0,
        le=1.0,
        allow_inf_nan=False,
        strict=True,
        description="of the chain's first decay; a model's or the descriptor's own unless given",
    )
    exposure: float | None = Field(
        default=None,
        gt=0.0,
        allow_inf_nan=False,
        strict=True,
        description="protons on target, K_L at the beam exit, pairs, or events of an event file's kind; the experiment's own "
        "unless given",
    )


class OutputTable(Table):
    """``[output]``: the file and its form; more keys where the format of a stranger has them."""

    model_config = ConfigDict(extra="allow")

    path: str = Field(
        description=f"file whose ending says its format: {', '.join(e for ends in ENDINGS.values() for e in ends)}, or one of "
        "`darkpair list formats`"
    )
    layout: Literal["cartesian", "nano", "flat"] = Field(default="cartesian", description="of a ROOT file")
    kind: Literal["ttree", "rntuple"] = Field(default="ttree", description="of a ROOT file")
    compression: Literal["lz4", "zstd", "none"] = Field(default="lz4", description="of a ROOT file")
    events: Literal["accepted", "all"] = Field(default="accepted", description="which are written")
    picture: bool = Field(default=True, description="whether one is drawn beside the file")
