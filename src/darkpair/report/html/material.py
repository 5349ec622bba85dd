"""What a report is made of: what a file says of itself, its histograms and some of its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from particle import InvalidParticle, ParticleNotFound

from darkpair.gen.cutflow import Cutflow
from darkpair.gen.dark_states import chains_of
from darkpair.gen.pdg_entries import pdg_entry

if TYPE_CHECKING:
    import hist

    from darkpair.chains.models.rate_rows import RateRow
    from darkpair.gen.sources.written import Written

__all__ = ["Material"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """What a report is made of.

    Parameters
    ----------
    path : Path
        The file, or the folder of a dataset.
    provenance : mapping
        What it says of how it was made, its ``result`` as it is written today.
    job : str
        The job in TOML; empty where there is none.
    histograms : mapping of str to hist.Hist
        Histograms that are stored in the file, by name.
    events : Written or None
        The first events.
    detector : object or None
        The detector of the job, where it can be made.
    rates : sequence of RateRow
        Rates of the job's model at its point.
    references : mapping of str to sequence of str
        Keys of what the numbers rest on, by part.
    missing : mapping of str to str
        Why there are no "histograms", "events", "detector" or "rates".
    display : str
        HTML of the event display; empty where there is none.
    """

    path: Path
    provenance: Mapping[str, Any]
    job: str = ""
    histograms: Mapping[str, hist.Hist[Any]] = field(default_factory=dict)
    events: Written | None = None
    detector: Any = None
    rates: Sequence[RateRow] = ()
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    display: str = ""

    @property
    def result(self) -> Mapping[str, Any]:
        """What the run came to; nothing where the file does not say."""
        result = self.provenance.get("result")
        return result if isinstance(result, Mapping) and "cutflow" in result else {}

    @property
    def output(self) -> Mapping[str, Any]:
        """What the file says of its own form."""
        output: Mapping[str, Any] = self.provenance["output"]
        return output

    @property
    def decay(self) -> str:
        """The chain's descriptor, or several."""
        return "; ".join(str(chain.get("decay", "")) for chain in chains_of(self.provenance))

    @cached_property
    def flow(self) -> Cutflow | None:
        """The cut flow; None where the file has none."""
        result = self.result
        if not result:
            return None
        return Cutflow.from_dict(
            result["cutflow"], result.get("largest_weight"), result.get("nonzero_weights")
        )

    @property
    def part(self) -> str:
        """Which of the file's events were looked at, in words; empty of all of them."""
        if self.events is None or len(self.events) >= self.output["events"]:
            return ""
        return f"the first {len(self.events):,} of {self.output['events']:,} events"

    def name(self, pdgid: int) -> str:
        """A particle's name as the chain spells it, or the PDG; its number where neither knows it."""
        for chain in chains_of(self.provenance):
            for name, particle in chain.get("particles", {}).items():
                if particle.get("pdgid") == pdgid:
                    return str(name)
        try:
            return str(pdg_entry(pdgid).evtgen_name)
        except (InvalidParticle, ParticleNotFound):
            return str(pdgid)
