"""What a detector may have beside `observe` and `select`, and who asks for it: every member is optional, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from darkpair.gen.absorption import Absorber
from darkpair.gen.pipeline import EventDetector
from darkpair.gen.region import Region

__all__ = ["WholeDetector"]


class WholeDetector(EventDetector, Protocol):
    """A detector with everything that the package may ask of one; a stranger's has as much of it as makes sense.

    What is missing is asked of nobody: without a `region` no decay can be forced into it, without `signal_box` no box
    is drawn, and so on.
    """

    @property
    def source(self) -> str:
        """Name of the source that makes its beam, "koto_kl": another machine's is refused (`darkpair.gen.agreement`)."""
        ...

    @property
    def machine(self) -> str:
        """Name of the collider, of a source that has one: another one's beams are refused."""
        ...

    @property
    def parents(self) -> tuple[str, ...]:
        """Names of the only parents whose events it can accept: others are refused."""
        ...

    @property
    def region(self) -> Region:
        """Where a decay can be seen: `lifetime = "forced"` forces decays into it, and a law that covers less is refused."""
        ...

    @property
    def reach(self) -> Region:
        """Where a decay counts beside another one in the region: of several particles that decay in one event."""
        ...

    @property
    def needs(self) -> tuple[int, ...]:
        """PDG ids of which an accepted event has one made in the region: a forced parent of such keeps its decays."""
        ...

    @property
    def vertex_range(self) -> tuple[float, float] | None:
        """Between which z [mm] accepted parents of a beam decay: a source that ends before is refused; None for no cut."""
        ...

    @property
    def pions(self) -> int:
        """With `least_energy`: how many pi0, and no other photon, its candidates are; K_L upstream are then looked for."""
        ...

    @property
    def least_energy(self) -> float:
        """Least energy of the parent of an event that the selection may accept [GeV]; slower K_L are not generated."""
        ...

    @property
    def beam_energy(self) -> float:
        """Of the protons [GeV]: a run warns where the source's is another, and reports say it."""
        ...

    @property
    def absorber(self) -> Absorber | None:
        """What stops the mesons of its target: `lifetime.K_L0 = "absorbed"` of a job asks for it."""
        ...

    @property
    def flat_factors(self) -> Mapping[str, float]:
        """Efficiencies that are not simulated, by name: reported beside the acceptance, in no weight."""
        ...

    @property
    def selection(self) -> str:
        """Name of its cuts, for pictures."""
        ...

    @property
    def references(self) -> tuple[str, ...]:
        """Keys of what its numbers rest on (`darkpair.gen.references`): `darkpair cite` prints them."""
        ...

    def signal_box(self) -> list[tuple[float, float]]:
        """Corners of the signal box in the plane of its first histogram, in order: drawn into it."""
        ...

    def outline(self) -> dict[str, list[tuple[float, float]]]:
        """Lines of points in the plane of a histogram of places, by name: drawn into it."""
        ...

    def solids(self) -> Mapping[str, Region]:
        """Parts of it by name, the innermost first, for pictures in three dimensions; its `region` unless it has this.

        Something thin about a plane, as a calorimeter's face, is where clusters are drawn.
        """
        ...

    def provenance(self) -> Mapping[str, Any]:
        """What a file says of it; its fields unless it has this.  ``data`` is a user's data file."""
        ...
