"""What every model has to satisfy: widths, branching ratios, thresholds, couplings, arrays, spin, and a chain of it."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.chain import Chain
from darkpair.chains.models.model import NotDerivedError
from darkpair.chains.widths import ACCURACY
from darkpair.gen.constants import HBAR_C
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.particles import particle
from darkpair.gen.streams import Streams
from darkpair.testing.chains import check_closure, check_on_shell, parents_of
from darkpair.testing.elements import check_averaged
from darkpair.testing.failure import failing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darkpair.chains.models.model import Model

__all__ = ["check_model"]

_ROUNDING: Final = 1e-9
_EVENTS: Final = 1024
#: Distance from a threshold, relative to the masses there.
_BEYOND: Final = 1e-3


def check_model(
    model: Model,
    *,
    widths: Mapping[tuple[str, str], float | tuple[float, float]] | None = None,
    tolerance: float = ACCURACY,
    powers: Mapping[str, float] | None = None,
    chain: bool = True,
) -> None:
    """A model at one point: its widths and what follows from them.

    Every width is finite, not negative, the same when asked again and after pickling, exactly zero beyond its threshold, and
    broadcasts over arrays of masses; a squared amplitude, averaged over the cosine, is its own ``averaged``, of which widths
    are made; amplitudes and chains can be pickled, as workers need them; branching ratios of X2 add up to 1; decay lengths are those of the widths; fermions
    say how they are polarised and analysed; the chain of every open production conserves four-momentum.

    Parameters
    ----------
    model : Model
        A model with numbers for parameters, in which X2 decays.
    widths : mapping of (parent, mode) to float or (float, float), optional [GeV]
        Independent numbers of partial widths, met within the tolerance, or limits between which they lie.
    tolerance : float
        Relative tolerance of `widths` [1]; that of `three_body_width` unless given.
    powers : mapping of str to float, optional
        For the name of a coupling the power with which all widths grow with it.
    chain : bool
        Whether its chains are made; False for a model that has rates only.

    Raises
    ------
    AssertionError
        With what is wrong.
    """
    with failing():
        _check(model, widths or {}, tolerance, powers or {})
        if chain:
            _check_chains(model)


def _check(
    model: Model,
    widths: Mapping[tuple[str, str], float | tuple[float, float]],
    tolerance: float,
    powers: Mapping[str, float],
) -> None:
    modes = model.modes()
    assert modes, f"{type(model).__name__} has no modes"
    for key in modes:
        _check_width(model, *key)
    for key, wanted in widths.items():
        assert key in modes, f"{type(model).__name__} has no mode {' -> '.join(key)}"
        _check_number(model, key, wanted, tolerance)
    _check_lifetime(model)
    for key in modes:
        _check_threshold(model, *key)
    _check_arrays(model)
    for coupling, power in powers.items():
        _check_power(model, coupling, power)
    copy = _pickled(model, type(model).__name__)
    for key in modes:
        if model.mode(*key).amplitude is not None and float(model.partial_width(*key)) > 0.0:
            element = model.matrix_element(*key)
            _pickled(element, f"the amplitude of {_said(key)}")
            _check_amplitude(model, key, element)
        assert copy.partial_width(*key) == model.partial_width(*key), (
            f"{_said(key)}: another width after pickling"
        )


def _check_amplitude(model: Model, key: tuple[str, str], element: Any) -> None:
    """What events are drawn from is what the width is the integral of."""
    dark = {"X1": float(model.m1), "X2": float(model.m2)}
    try:
        mass, *masses = (dark[n] if n in dark else particle(n).mass for n in (key[0], *key[1].split()))
    except (UnknownNameError, InputError):
        return  # a mode that is not a list of particles
    check_averaged(element, mass, masses, f"the amplitude of {_said(key)}")


def _pickled(thing: Any, what: str) -> Any:
    """What pickling gives back."""
    try:
        return pickle.loads(pickle.dumps(thing))
    except Exception as error:
        raise AssertionError(
            f"{what} cannot be pickled, and so not be sent to workers: {error}; take an object of a class of the module, with "
            "__call__, in place of a lambda or a function that is made inside another one"
        ) from error


def _said(key: tuple[str, str]) -> str:
    return " -> ".join(key)


def _check_width(model: Model, parent: str, mode: str) -> None:
    width = np.asarray(model.partial_width(parent, mode))
    what = f"the width of {parent} -> {mode}"
    assert width.shape == (), f"{what} has the shape {width.shape}; give a model with one point"
    assert width.dtype.kind == "f", f"{what} is in {width.dtype}; allowed: float64"
    assert math.isfinite(float(width)), f"{what} is {width} GeV"
    assert width >= 0.0, f"{what} is {width:.6g} GeV, less than 0"
    assert model.partial_width(parent, mode) == width, f"{what} is another one when asked again"
    assert isinstance(model.equation(parent, mode), str), f"{parent} -> {mode} does not say its equation"


def _check_number(
    model: Model, key: tuple[str, str], wanted: float | tuple[float, float], tolerance: float
) -> None:
    width = float(model.partial_width(*key))
    low, high = wanted if isinstance(wanted, tuple) else (wanted, wanted)
    assert low * (1.0 - tolerance) <= width <= high * (1.0 + tolerance), (
        f"the width of {_said(key)} is {width:.9g} GeV, the independent one "
        + (f"{low:.9g} GeV" if low == high else f"between {low:.9g} and {high:.9g} GeV")
    )


def _check_lifetime(model: Model) -> None:
    """Branching ratios of X2 add up to 1, and its decay length is that of its width."""
    total = float(model.width("X2"))
    assert 0.0 <= total < math.inf, f"the width of X2 is {total} GeV"
    if total == 0.0:
        return
    keys = [*model.modes("X2"), ("X2", "invisible")]
    ratios = math.fsum(float(model.branching_ratio(*key)) for key in keys)
    assert abs(ratios - 1.0) <= _ROUNDING, f"the branching ratios of X2 add up to {ratios:.9g}"
    for key in keys:
        ratio = float(model.branching_ratio(*key))
        width = float(model.partial_width(*key))
        assert abs(ratio * total - width) <= _ROUNDING * total, (
            f"{_said(key)}: the branching ratio {ratio:.9g} is not the width {width:.9g} GeV over {total:.9g} GeV"
        )
    length = float(model.ctau("X2"))
    assert abs(length * total / HBAR_C - 1.0) <= _ROUNDING, (
        f"c tau of X2 is {length:.9g} mm, hbar c over its width {HBAR_C / total:.9g} mm"
    )


def _check_threshold(model: Model, parent: str, mode: str) -> None:
    """A mode is exactly closed where its daughters are too heavy."""
    try:
        others = math.fsum(particle(name).mass for name in mode.split() if name not in ("X1", "X2"))
        mass = None if parent == "X2" else particle(parent).mass
    except (UnknownNameError, InputError):
        return  # a mode that is not a list of particles, as "invisible"
    ones, twos = mode.split().count("X1"), mode.split().count("X2")
    if parent == "X2":
        points = _closed_decay(float(model.m2), others, ones)
    elif mass is None or twos == 0:
        points = []
    else:
        m2 = (mass - others) * (1.0 + _BEYOND) / twos
        points = [(0.0, m2)] if m2 > 0.0 else []
    for m1, m2 in points:
        try:
            closed = replace(model, m1=m1, m2=m2)
            width = float(closed.partial_width(parent, mode))
        except DarkpairError:  # a model may refuse such masses
            continue
        assert width == 0.0, (
            f"{parent} -> {mode} is closed at m1 = {m1:.6g}, m2 = {m2:.6g} GeV and has the width {width:.6g} GeV"
        )


def _closed_decay(m2: float, others: float, ones: int) -> list[tuple[float, float]]:
    """Masses of X1 and X2 at which X2 cannot decay to others of that mass [GeV] and so many X1."""
    if ones:
        m1 = min((m2 - others) * (1.0 + _BEYOND) / ones, m2) if m2 > others else m2
        return [(max(m1, 0.0), m2), (m2, m2)]
    return [(0.0, others * (1.0 - _BEYOND))] if others > 0.0 else []


def _check_arrays(model: Model) -> None:
    """Arrays of masses broadcast: each point has the width that it has alone."""
    m1 = float(model.m1) * np.array([[1.0], [0.75]])
    m2 = float(model.m2) * np.array([1.0, 1.02, 1.05])
    try:
        several = replace(model, m1=m1, m2=m2)
    except DarkpairError as error:
        raise AssertionError(f"{type(model).__name__} takes no arrays of masses: {error}") from error
    for parent, mode in model.modes():
        width = np.asarray(several.partial_width(parent, mode))
        try:
            width = np.broadcast_to(width, (2, 3))
        except ValueError:
            raise AssertionError(
                f"the widths of {parent} -> {mode} at masses of the shapes (2, 1) and (3,) have the shape {width.shape}"
            ) from None
        for i, j in ((0, 0), (1, 2)):
            alone = float(replace(model, m1=float(m1[i, 0]), m2=float(m2[j])).partial_width(parent, mode))
            assert abs(width[i, j] - alone) <= 1e-6 * abs(alone), (
                f"the width of {parent} -> {mode} is {width[i, j]:.9g} GeV in an array and {alone:.9g} GeV alone"
            )


def _check_power(model: Model, coupling: str, power: float) -> None:
    assert hasattr(model, coupling), f"{type(model).__name__} has no {coupling}"
    doubled = replace(model, **{coupling: 2.0 * getattr(model, coupling)})
    for key in model.modes():
        width, more = float(model.partial_width(*key)), float(doubled.partial_width(*key))
        assert abs(more - 2.0**power * width) <= 1e-6 * 2.0**power * width, (
            f"twice the {coupling} makes {_said(key)} {more / width if width else math.inf:.9g} times as wide, "
            f"not 2^{power:g} times"
        )


def _check_chains(model: Model) -> None:
    """Spin laws of every open production are there, and the chains can be made and generate."""
    if float(model.width("X2")) == 0.0:
        return
    opened = [key for key in model.modes() if key[0] != "X2" and float(model.partial_width(*key)) > 0.0]
    made = 0
    for parent, production in opened:
        if "X2" not in production.split():
            continue
        for _, mode in model.modes("X2"):
            if float(model.partial_width("X2", mode)) == 0.0:
                continue
            try:
                model.spin_laws(parent, production, mode)
            except NotDerivedError as error:
                raise AssertionError(f"no spin law: {error}") from error
        if (
            made == 0
        ):  # one is enough: what differs between productions are matrix elements, which the widths have
            _check_events(_pickled(model.chain(parent, production), f"the chain of {parent} -> {production}"))
            made += 1


def _check_events(chain: Chain) -> None:
    batch = chain.batch(parents_of(chain, n=_EVENTS), Streams(1))
    for part in batch.parts:
        check_closure(part)
        check_on_shell(part)
