"""What options of studies may be: the annotations that several of them share."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from darkpair.gen.parameters import Gt

__all__ = ["Convention", "Data", "Events"]

#: A set of data, of `darkpair.searches.DATA`.
Data: TypeAlias = Literal["2020", "today"]

#: Of Majorana fermions, of `darkpair.chains.models.zprime_fermions.CONVENTIONS`.
Convention: TypeAlias = Literal["literal", "printed"]

#: How many are generated; the study's own number unless given.
Events: TypeAlias = Annotated[int, Gt(0)] | None
