"""The life of an output file, ROOT or HepMC3: under its name when it is complete, and not at all after an exception."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from darkpair import Streams, build
from darkpair.gen.errors import InputError
from darkpair.gen.output.hepmc import HepMCWriter
from darkpair.gen.output.root import RootWriter
from darkpair.gen.output.target import EventWriter
from darkpair.gen.sources.koto_kl import KotoKL

STREAMS = Streams(seed=3)
EVENTS = build("K_L0 -> X1 X2", mass={"X1": 0.0, "X2": 0.3}).generate(
    KotoKL().sample(100, STREAMS.rng("source")), STREAMS
)


@pytest.mark.parametrize(
    ("name", "writer"),
    [
        ("e.root", partial(RootWriter, kind="ttree", provenance={})),
        ("e.root", partial(RootWriter, kind="rntuple", provenance={})),
        ("e.hepmc3", partial(HepMCWriter, provenance={})),
        ("e.hepmc3.gz", partial(HepMCWriter, provenance={})),
    ],
    ids=["ttree", "rntuple", "hepmc3", "gz"],
)
def test_nothing_is_left_after_an_exception(
    tmp_path: Path, name: str, writer: Callable[[Path], EventWriter]
) -> None:
    target = tmp_path / name

    def interrupted() -> None:
        with writer(target) as file:
            file.write(EVENTS)
            assert not target.exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="no events"), writer(target):
        pass
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="is not open"):
        writer(target).write(EVENTS)
    with pytest.raises(InputError, match="no folder"):
        writer(tmp_path / "none" / name)
    with writer(target) as file:
        file.write(EVENTS)
    assert [path.name for path in tmp_path.iterdir()] == [name]
