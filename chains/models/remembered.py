"""Models that are asked the same by many: what a model's points decide is worked out once, however many searches ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model

__all__ = ["once_a_model", "remembered"]

_P = ParamSpec("_P")
_R = TypeVar("_R")

#: Where a remembered model keeps what was asked of it.
_KEPT: Final = "_kept_answers"


def remembered(model: Model) -> Model:
    """The model, which works out each of its widths once however many searches ask, and what `once_a_model` marks.

    Parameters
    ----------
    model : Model
        The model, whose parameters and data files stay as they are from now on.
    """
    for name in ("partial_width", "width", "branching_ratio"):
        object.__setattr__(model, name, cache(getattr(model, name)))
    object.__setattr__(model, _KEPT, {})
    return model


def once_a_model(*, by_value: bool = False) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Mark a method of its object, a model and what is hashable, which a `remembered` model answers once for each object.

    Nobody may change what the method returns.

    Parameters
    ----------
    by_value : bool
        Whether equal objects, and equal other arguments, share an answer; otherwise they have to be the same ones.
    """

    def mark(method: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(method)
        def once(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            own, model, *others = args
            kept = getattr(model, _KEPT, None)
            if kept is None or kwargs:
                return method(*args, **kwargs)
            asked = (own, *others)
            key = (method, *(asked if by_value else map(id, asked)))
            if key not in kept:  # (what was asked is kept too, so that nothing else gets its number)
                kept[key] = asked, method(*args, **kwargs)
            result: _R = kept[key][1]
            return result

        return once

    return mark
