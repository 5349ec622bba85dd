"""Standard-normal numbers from a loop: NumPy's bits, and the state that is left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.gen import normals as module
from darkpair.gen.compiled import loops, mode
from darkpair.gen.normals import normals
from darkpair.gen.streams import Streams
from darkpair.gen.uniforms import state_of

pytestmark = pytest.mark.skipif(not loops.at_hand(), reason="numba is not installed")


def _both(n: int, seed: int = 1) -> tuple[Any, Any]:
    """Numbers and what follows them, from the loop and from NumPy."""
    fast, plain = (Streams(seed).rng("normals") for _ in range(2))
    with mode.wanted(compiled=True):
        numbers = normals(fast, n), fast.random()
    return numbers, (plain.standard_normal(n), plain.random())


def test_a_million_numbers() -> None:
    """Some 10 000 of them beside a layer's sure part, and 250 in the tails."""
    (fast, after), (plain, expected) = _both(10**6)
    assert fast.tobytes() == plain.tobytes()
    assert after == expected
    assert np.abs(fast).max() > 4.0
    assert module._layers() is not None
    assert not loops.FAILURES


@pytest.mark.parametrize("n", [0, 1, 2, 1000])
def test_any_number_of_them(n: int) -> None:
    for seed in range(50):
        (fast, after), (plain, expected) = _both(n, seed)
        assert fast.tobytes() == plain.tobytes()
        assert after == expected


def test_another_generator_and_another_numpy_are_numpys(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:  # (not of NumPy: whatever it gives)
        bit_generator = None

        def standard_normal(self, n: int) -> Any:
            return np.full(n, 7.0)

    other: Any = Other()
    with mode.wanted(compiled=True):
        assert normals(other, 3).tolist() == [7.0, 7.0, 7.0]
    monkeypatch.setattr(module, "_layers", lambda: None)
    (fast, after), (plain, expected) = _both(5000)
    assert fast.tobytes() == plain.tobytes()
    assert after == expected


@pytest.mark.parametrize("table", [0, 1, 2, 3])
def test_tables_that_are_not_numpys_are_seen(table: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where NumPy would draw in another way, or have other layers, it draws itself."""
    filled = module._filled

    def otherwise(rng: Any, state: Any, layers: Any, out: Any) -> bool:
        steps = layers[0].copy()
        part = steps[256 * table : 256 * (table + 1)]
        part[:] = np.copysign(np.abs(part) ** 1.5, part)
        return filled(rng, state, (steps, layers[1]), out)

    monkeypatch.setattr(module, "_filled", otherwise)
    with mode.wanted(compiled=True):
        assert module._layers.__wrapped__() is None


def test_ends_of_the_sure_parts_are_numpys() -> None:
    """Below a layer's sure part NumPy takes 64 bits for a number, above it more: asked at the ends, by states whose next word is known."""
    rng = Streams(0).rng("layers")
    with mode.wanted(compiled=True):
        state, layers = state_of(rng), module._layers()
    assert state is not None
    assert layers is not None
    low, high = layers[1].reshape(2, 256)
    for layer in range(256):
        for place, sure in ((int(low[layer]) - 1, True), (int(high[layer]), False)):
            if place >= 0:
                state[:] = (place << 9) + layer, 0, 0, 0
                rng.standard_normal()
                assert (state[3] == 1) == sure, (layer, place)
