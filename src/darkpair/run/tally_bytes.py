"""A tally as bytes: a mark, a digest, and JSON under zlib, nothing that could run when it is read.

Of histograms the bins that are not zero are written, by their places in `darkpair.gen.histogram_sums.numbers`. Bytes of
strangers are looked at before they are believed: their digest, their size when unpacked, every number.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import zlib
from dataclasses import asdict
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.errors import InputError
from darkpair.gen.histogram_sums import MOST_BINS, Pictures, Rest, numbers, storage_name
from darkpair.gen.sources.meson_spectra import SpectrumSums

if TYPE_CHECKING:
    import hist

__all__ = ["restored", "stored"]

_MARK: Final = b"darkpair tally 1\n"
_DIGEST: Final = 16  # bytes

#: Bytes of JSON that a stranger's few may unpack to: more than `MOST_BINS` bins that are all filled need.
_LONGEST: Final = 1 << 28

_Whole = Annotated[int, Field(ge=0)]
_Options = dict[Literal["underflow", "overflow", "circular", "growth"], bool]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Stage(_Strict):
    name: str
    n: _Whole
    sum_w: float
    sum_w2: float
    largest: float | None
    nonzero: _Whole | None
    rest_w: list[float]
    rest_w2: list[float]
    parents: _Whole | None = None


class _Axis(_Strict):
    """An axis: its kind, and what that one needs to be made."""

    kind: Literal["Regular", "Variable", "Integer", "Boolean", "IntCategory", "StrCategory"]
    name: str
    label: str
    options: _Options = {}
    bins: Annotated[int, Field(ge=1, le=MOST_BINS)] = 1
    ends: list[float] = []
    transform: Literal["log", "sqrt", "pow"] | None = None
    power: float = 1.0
    edges: list[float] = []
    integers: list[int] = []
    words: list[str] = []


class _Histogram(_Strict):
    """A histogram; rows of numbers are base64 of 8 bytes each, the least first."""

    name: str | None
    label: str | None
    axes: Annotated[list[_Axis], Field(min_length=1)]
    storage: Literal["Weight", "Double", "Int64", "AtomicInt64", "Unlimited"]
    at: str
    values: str
    rest_at: str
    rest: str


class _Spectra(_Strict):
    names: list[str]
    sums: str


class _Content(_Strict):
    flow: list[_Stage] | None
    histograms: dict[str, _Histogram]
    spectra: _Spectra | None
    places: bool


def stored(*, flow: Cutflow | None, pictures: Pictures, spectra: SpectrumSums | None, places: bool) -> bytes:
    """Bytes of a tally, whose fields are given.

    Raises
    ------
    InputError
        Where they would be more than are read.
    """
    content = _Content(
        flow=None if flow is None else [_Stage(**_plain(stage)) for stage in flow.stages],
        histograms={
            name: _stored_histogram(histogram, pictures.rests.get(name))
            for name, histogram in pictures.histograms.items()
        },
        spectra=None if spectra is None else _Spectra(names=list(spectra.names), sums=_text(spectra.sums)),
        places=places,
    )
    text = json.dumps(content.model_dump(exclude_defaults=True), separators=(",", ":")).encode()
    if len(text) > _LONGEST:
        raise InputError(f"a tally of {len(text)} bytes; allowed: {_LONGEST}; give histograms fewer bins")
    body = zlib.compress(text)
    return _MARK + hashlib.sha256(body).digest()[:_DIGEST] + body


def restored(content: bytes) -> dict[str, Any]:
    """Fields of the tally of bytes, as `stored` takes them.

    Raises
    ------
    InputError
        For bytes that `stored` did not write.
    """
    try:
        return _fields(_Content.model_validate(json.loads(_unpacked(bytes(content)))))
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        RuntimeError,
        TypeError,
        ValueError,
        zlib.error,
    ) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"a tally of {len(content)} bytes is damaged ({why[:160]}); make the part that it is of again"
        ) from None


def _unpacked(content: bytes) -> bytes:
    """What is in the bytes, of which only so much is unpacked as a tally may have."""
    head = len(_MARK) + _DIGEST
    digest, body = content[len(_MARK) : head], content[head:]
    if not content.startswith(_MARK):
        raise ValueError(f"it begins with {content[: len(_MARK)]!r} and not with {_MARK!r}")
    if hashlib.sha256(body).digest()[:_DIGEST] != digest:
        raise ValueError("its digest is another")
    packed = zlib.decompressobj()
    text = packed.decompress(body, _LONGEST)
    if not packed.eof or packed.unused_data:
        raise ValueError(f"it does not end, or is longer than {_LONGEST} bytes")
    return text


def _plain(stage: Stage) -> dict[str, Any]:
    return {**asdict(stage), "rest_w": list(stage.rest_w), "rest_w2": list(stage.rest_w2)}


def _fields(content: _Content) -> dict[str, Any]:
    stages = [
        Stage(**{**row.model_dump(), "rest_w": tuple(row.rest_w), "rest_w2": tuple(row.rest_w2)})
        for row in content.flow or ()
    ]
    if content.flow == []:
        raise ValueError("its cut flow has no stage")
    histograms, rests, bins = {}, {}, 0
    for name, row in content.histograms.items():
        axes = [_axis(axis) for axis in row.axes]
        bins += math.prod(axis.extent for axis in axes)
        if bins > MOST_BINS:
            raise ValueError(f"its histograms have more than {MOST_BINS} bins")
        histograms[name], rest = _histogram(row, axes)
        if len(rest.at):
            rests[name] = rest
    return {
        "flow": Cutflow(tuple(stages)) if stages else None,
        "pictures": Pictures(histograms=histograms, rests=rests),
        "spectra": None if content.spectra is None else _spectra(content.spectra),
        "places": content.places,
    }


def _spectra(row: _Spectra) -> SpectrumSums:
    if not row.names:
        raise ValueError("its spectra have no names")
    return SpectrumSums(
        names=tuple(row.names), sums=_numbers(row.sums, np.float64).reshape(-1, len(row.names), 3)
    )


def _text(row: NDArray[Any]) -> str:
    """Numbers of 8 bytes as base64."""
    return base64.b64encode(row.astype(row.dtype.newbyteorder("<")).tobytes()).decode()


def _numbers(text: str, kind: type) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(text, validate=True), np.dtype(kind).newbyteorder("<")).astype(kind)


def _stored_histogram(histogram: hist.Hist[Any], rest: Rest | None) -> _Histogram:
    row = numbers(histogram)
    at = np.flatnonzero(row)
    return _Histogram(
        name=None if histogram.name is None else str(histogram.name),
        label=None if histogram.label is None else str(histogram.label),
        axes=[_stored_axis(axis) for axis in histogram.axes],
        storage=storage_name(histogram),  # type: ignore[arg-type] # (pydantic looks)
        at=_text(at),
        values=_text(row[at]),
        rest_at="" if rest is None else _text(rest.at),
        rest="" if rest is None else _text(rest.values),
    )


def _histogram(row: _Histogram, axes: list[Any]) -> tuple[hist.Hist[Any], Rest]:
    """A histogram of its row, and what is beyond its numbers."""
    import hist

    out: hist.Hist[Any] = hist.Hist(
        *axes, storage=getattr(hist.storage, row.storage)(), name=row.name, label=row.label
    )
    own = numbers(out)
    at, rest_at = _numbers(row.at, np.int64), _numbers(row.rest_at, np.int64)
    for places in (at, rest_at):
        if np.any(np.diff(places) <= 0) or np.any(places < 0) or np.any(places >= len(own)):
            raise ValueError("bins that its histogram does not have")
    own[at] = _numbers(row.values, np.int64 if own.dtype.kind == "i" else np.float64)
    rest = _numbers(row.rest, np.float64)
    return out, Rest(rest_at, rest.reshape(-1, len(rest_at)) if len(rest_at) else np.zeros((0, 0)))


def _stored_axis(axis: Any) -> _Axis:
    """What an axis is made of again; of a transformation of a user's own, and of a class, the edges."""
    kind, traits = type(axis).__name__, axis.traits
    label = axis.__dict__.get("label", "")  # (``axis.label`` is the name where there is none)
    plain = _Axis(kind="Boolean", name=str(axis.name), label=str(label or ""))
    flow: _Options = {"growth": traits.growth, "overflow": traits.overflow}
    line: _Options = {**flow, "underflow": traits.underflow, "circular": traits.circular}
    if kind == "Boolean":
        return plain
    if kind == "IntCategory":
        return plain.model_copy(update={"kind": kind, "integers": list(axis), "options": flow})
    if kind == "StrCategory":
        return plain.model_copy(update={"kind": kind, "words": list(axis), "options": flow})
    edges = axis.edges.tolist()
    if kind == "Integer":
        return plain.model_copy(update={"kind": kind, "ends": [edges[0], edges[-1]], "options": line})
    if kind == "Regular":
        transform = axis.transform
        words = {"kind": kind, "bins": axis.size, "options": line, "power": getattr(transform, "power", 1.0)}
        words["transform"] = None if transform is None else repr(transform).split("(")[0]
        own = words["transform"] not in (None, "log", "sqrt", "pow")
        # an axis says its ends as the transformation gives them back, which may be a last bit beside what was asked for
        for ends in () if own else product(_near(edges[0]), _near(edges[-1])):
            made = plain.model_copy(update={**words, "ends": list(ends)})
            if _axis(made) == axis:
                return made
    return plain.model_copy(update={"kind": "Variable", "edges": edges, "options": line})


def _near(end: float) -> list[float]:
    """What an end may have been before rounding, the shortest first."""
    return [
        *(float(f"{end:.{digits}g}") for digits in (6, 12, 15)),
        end,
        *np.nextafter(end, [-np.inf, np.inf]),
    ]


def _axis(row: _Axis) -> Any:
    """The axis of a row."""
    import hist

    words: dict[str, Any] = {
        "name": row.name,
        "label": row.label,
        **{str(k): v for k, v in row.options.items()},
    }
    if row.kind == "Boolean":
        return hist.axis.Boolean(**words)
    if row.kind == "IntCategory":
        return hist.axis.IntCategory(row.integers, **words)
    if row.kind == "StrCategory":
        return hist.axis.StrCategory(row.words, **words)
    if row.kind == "Variable":
        return hist.axis.Variable(row.edges, **words)
    low, high = row.ends
    if row.kind == "Integer":
        return hist.axis.Integer(int(low), int(high), **words)
    transform = hist.axis.transform.Pow(row.power) if row.transform == "pow" else None
    if row.transform in ("log", "sqrt"):
        transform = getattr(hist.axis.transform, row.transform)
    return hist.axis.Regular(row.bins, low, high, transform=transform, **words)
