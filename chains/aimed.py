"""A chain whose isotropic two-body decays fly where an experiment's events come from, with exact weights."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from darkpair.chains.chain import Chain
from darkpair.gen.decay import TwoBody
from darkpair.gen.errors import UnknownNameError
from darkpair.gen.steering import Directions, FreeDecay

__all__ = ["AimedChain"]


@dataclass(frozen=True, kw_only=True, repr=False)
class AimedChain(Chain):
    """A chain with directions that are drawn otherwise than isotropically, and the weight ``directions``.

    Decays with a slope, a law of spin, three or more bodies, or masses that differ from event to event stay as they are.

    Parameters
    ----------
    directions : Directions, optional
        Of the decays that are steered; none is, and no weight there, unless given.

    Raises
    ------
    UnknownNameError
        For directions of a decay that is not free.
    """

    directions: Directions | None = None
    free_decays: tuple[FreeDecay, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        free = tuple(decay for number in range(len(self._plans)) for decay in self._free(number))
        object.__setattr__(self, "free_decays", free)
        if self.directions is None:
            return
        stages = [decay.stage for decay in free]
        for stage in self.directions.tables:
            if stage not in stages:
                raise UnknownNameError("free decay", stage, stages)
        plans = tuple(
            replace(plan, aim=(self.directions, tuple(d for d in free if d.part == number)))
            for number, plan in enumerate(self._plans)
        )
        object.__setattr__(self, "_plans", plans)

    @classmethod
    def of(cls, chain: Chain) -> AimedChain:
        """The chain, ready to be steered."""
        return cls(decay=chain.decay, lifetimes=chain.lifetimes)

    def steered(self, directions: Directions) -> AimedChain:
        """The chain with those directions."""
        return replace(self, directions=directions)

    def sample_identity(self) -> dict[str, Any]:
        """As of a chain, with the directions."""
        return super().sample_identity() | {"directions": self.directions}

    def provenance(self) -> dict[str, Any]:
        """What the chain is, and which decays are steered."""
        return super().provenance() | ({"directions": self.directions} if self.directions else {})

    def _free(self, number: int) -> list[FreeDecay]:
        """Decays of a topology in which nothing asks for the direction of the daughters."""
        plan = self._plans[number]
        suffix = f"@{number}" if len(self._plans) > 1 else ""
        return [
            FreeDecay(
                stage=step.stage + suffix,
                part=number,
                position=step.position,
                vertex=step.vertex,
                child=step.children[0],
                throw=step.throw,
            )
            for step in plan.steps
            if isinstance(step.throw, TwoBody)
            and step.spin is None
            and (step.throw.slope == 0.0 or (step.throw.axis == "sister" and step.sister is None))
        ]
