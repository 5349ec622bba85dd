"""What a stranger's lines do to events changes the name of a sample: who edits a plug-in makes another one, and joins it with no older one."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from darkpair import build
from darkpair.detectors.koto import Koto
from darkpair.gen.identity import identity_digest
from darkpair.gen.plugin_text import text_digest
from darkpair.gen.sample_name import sample_digest
from darkpair.gen.sources.koto_kl import KotoKL

DECAY = "K_L0 -> X1 X1 gamma"
MASS = {"X1": 0.1, "X2": 0.3}
PLAIN = build(DECAY, mass={"X1": 0.1})

LINES = """
from darkpair import Gun
from darkpair.gen.lifetime import Exponential

class Source:
    pdgid = 130

    def sample(self, n, rng):
        return {power} * rng.random(n)

class Ours(Gun):
    def sample(self, n, rng):
        return {power} * rng.random(n)

class Law(Exponential):
    def sample(self, rng, momentum, mass, origin):
        return {power} * mass, {{}}

class Element:
    def __call__(self, q2, cosine):
        return q2**{power} + 0.0 * cosine

def element(q2, cosine):
    return q2**{power} + 0.0 * cosine
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a module of some text anew."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(text: str, place: str = "my_plugin_text.py") -> ModuleType:
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        name = place.removesuffix(".py").replace("/", ".")
        for loaded in [key for key in sys.modules if key.split(".")[0] == name.split(".")[0]]:
            del sys.modules[loaded]
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield write
    for loaded in [key for key in sys.modules if key.startswith("my_plugin_text")]:
        del sys.modules[loaded]


def of_element(element: Any) -> str:
    chain = build(DECAY, mass={"X1": 0.1}, matrix_elements={DECAY: element})
    return sample_digest(KotoKL(), chain, 1)


#: What of a stranger's decides about the events of a sample, and the digest with it.
KINDS: dict[str, Callable[[ModuleType], str]] = {
    "element": lambda module: of_element(module.Element()),
    "function": lambda module: of_element(module.element),
    "source": lambda module: sample_digest(module.Source(), PLAIN, 1),
    "source of ours": lambda module: sample_digest(module.Ours(parent="K_L0", momentum=1.0), PLAIN, 1),
    "lifetime": lambda module: sample_digest(
        KotoKL(),
        build("K_L0 -> X1 (X2 -> X1 gamma)", mass=MASS, ctau={"X2": 1.0}, lifetimes={"X2": module.Law(5.0)}),
        1,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_edited_plugin_makes_another_sample(kind: str, modules: Any) -> None:
    before = KINDS[kind](modules(LINES.format(power=1)))
    assert KINDS[kind](modules(LINES.format(power=1))) == before
    assert KINDS[kind](modules(LINES.format(power=2))) != before


def test_every_module_of_a_package_counts(modules: Any) -> None:
    modules("def power():\n    return 1\n", "my_plugin_text/powers.py")
    modules("", "my_plugin_text/__init__.py")
    lines = "from my_plugin_text.powers import power\n\nclass Element:\n    pass\n"
    before = text_digest(modules(lines, "my_plugin_text/elements.py").Element)
    modules("def power():\n    return 2\n", "my_plugin_text/powers.py")
    assert text_digest(modules(lines, "my_plugin_text/elements.py").Element) not in ("", before)


def test_what_is_loaded_counts_and_not_what_was_written_since(modules: Any, tmp_path: Path) -> None:
    module = modules(LINES.format(power=1))
    before = identity_digest(module.Element())
    (tmp_path / "my_plugin_text.py").write_text(LINES.format(power=2), encoding="utf-8")
    assert identity_digest(module.Element()) == before


@pytest.mark.parametrize("thing", [Koto, build, Path, importlib.import_module("numpy").linspace, int])
def test_libraries_count_by_their_names(thing: Any) -> None:
    assert text_digest(thing) == ""


def test_a_run_after_an_edit_does_not_take_the_old_file_for_its_own(tmp_path: Path) -> None:
    """Neither of an edited chain's element nor of an edited detector."""
    (tmp_path / "my_plugin_text.py").write_text(
        LINES.format(power=1) + "from darkpair.detectors.koto import Koto\n\nclass Hall(Koto):\n    pass\n"
    )
    said = tmp_path / "my_plugin_text-1.0.dist-info"
    said.mkdir()
    (said / "METADATA").write_text("Metadata-Version: 2.1\nName: my_plugin_text\nVersion: 1.0\n")
    (said / "entry_points.txt").write_text("[darkpair.detectors]\nmy_hall = my_plugin_text:Hall\n")
    (tmp_path / "job.toml").write_text(
        '[run]\nn = 200\n[source]\nname = "koto_kl"\n[chain]\ndecay = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"\n'
        'mass = { X1 = 0.01, X2 = 0.3 }\n[detector]\nname = "my_hall"\n[output]\npath = "events.root"\npicture = false\n'
    )

    def run() -> subprocess.CompletedProcess[str]:
        around = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
        words = [sys.executable, "-B", "-m", "darkpair", "run", "job.toml"]
        return subprocess.run(words, cwd=tmp_path, env=around, capture_output=True, text=True, check=False)

    for _ in range(2):  # (the second finds its own there)
        assert (done := run()).returncode == 0, done.stderr
    text = (tmp_path / "my_plugin_text.py").read_text()
    (tmp_path / "my_plugin_text.py").write_text(text.replace("    pass", "    cuts_of_mine = 2"))
    refused = run()
    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert "has another detector" in refused.stderr
