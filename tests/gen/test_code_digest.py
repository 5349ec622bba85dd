"""Which lines decide about a kept result: all that are run for it, and no others."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import darkpair
from darkpair.chains.models import Inputs
from darkpair.gen import code_digest as code
from darkpair.gen.code_digest import modules_behind
from darkpair.limits.contours import Contours
from darkpair.limits.dump_samples import DumpAgainstCtau
from darkpair.limits.koto_samples import EfficiencyAgainstCtau
from darkpair.scan import cache_key
from darkpair.scan.points import code_digest

KOTO = "darkpair.limits.koto_samples"
PLACE = str(Path(darkpair.__file__).parents[1])

#: What is kept, by the module that makes it: a program that makes one result.
MADE = {
    KOTO: "from {0} import *; EfficiencyAgainstCtau(events=20000, refuse=False)({{'m1': 0.0, 'm2': 0.43}})",
    "darkpair.limits.dump_samples": "from {0} import *; DumpAgainstCtau(experiment='charm', generator='pythia6', events=2000, "
    "cells=(6, 6, 6), throws=(2,))({{'m1': 0.0, 'm2': 0.4}})",
    "darkpair.run.standard_acceptance": "from {0} import *; StandardAcceptance(n=20000)({{}})",
    "darkpair.limits.contours": "from {0} import *; from darkpair.chains.models import Inputs; from darkpair.limits.samples import "
    "Samples; Contours(model='scalars', inputs=Inputs())({{'m1': 0.0, 'm2': 0.4, 'samples': Samples()}})",
}


@pytest.mark.parametrize("module", MADE)
def test_what_is_loaded_decides(module: str) -> None:
    """Every module of the package that making a result loads, but the faces of packages, which hold no rule."""
    program = MADE[module].format(module) + (
        "\nimport sys\nfor name, m in sorted(sys.modules.items()):\n"
        "    if name.startswith('darkpair') and not m.__file__.endswith('__init__.py'): print(name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": PLACE},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split()) - {"darkpair.gen.lazy"}  # (what those faces are made with)
    assert len(loaded) > 30
    assert loaded <= modules_behind(module), loaded - modules_behind(module)


def test_what_stands_above_does_not_decide() -> None:
    behind = modules_behind(KOTO)
    assert not {
        name for name in behind if name.startswith(("darkpair.studies", "darkpair.cli", "darkpair.plugins"))
    }
    assert not {name for name in behind if name.startswith(("darkpair.searches", "darkpair.chains.models"))}
    assert {"darkpair.gen.lifetime", "darkpair.detectors.koto", "darkpair.gen.sources.koto_kl"} <= behind


def test_searches_decide_about_contours() -> None:
    """Made by name: all that a registry may make counts."""
    behind = modules_behind("darkpair.limits.contours")
    assert {
        "darkpair.searches.koto",
        "darkpair.searches.neutral_current",
        "darkpair.chains.models.zprime",
    } <= behind


def test_a_module_of_a_stranger_stands_on_everything() -> None:
    assert modules_behind("stranger.model") == modules_behind("darkpair.cli.limits", "stranger.model")
    assert "darkpair.studies.paper.fig1" in modules_behind(__name__)


@pytest.mark.parametrize(
    ("changed", "decides"),
    [
        ("darkpair.gen.lifetime", True),
        ("darkpair.limits.koto_samples", True),
        ("darkpair.chains.chain", True),
        ("darkpair.studies.samples", False),
        ("darkpair.limits.panels", False),
        ("darkpair.searches.koto", False),
        ("darkpair.cli.limits", False),
    ],
)
def test_one_line_more(changed: str, decides: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate, point = EfficiencyAgainstCtau(events=1000), {"m1": 0.0, "m2": 0.43}
    before = cache_key(evaluate, point)
    paths = dict(code._paths())
    copy = tmp_path / paths[changed].parent.name / paths[changed].name
    copy.parent.mkdir()
    copy.write_text(paths[changed].read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    monkeypatch.setattr(code, "_paths", lambda: paths | {changed: copy})
    code.lines_digest.cache_clear()
    try:
        assert (cache_key(evaluate, point) != before) is decides
    finally:
        code.lines_digest.cache_clear()


def test_what_a_function_holds_decides_too() -> None:
    dump = DumpAgainstCtau(experiment="charm", generator="pythia6", events=10)
    contours = Contours(model="scalars", inputs=Inputs())
    assert code_digest(dump) != code_digest(contours)
    assert code_digest(partial(print, contours)) == code_digest(
        partial(print, [contours])
    )  # (a stranger's function: everything)
    ours: Any = modules_behind  # a function of this package, whatever it is given
    assert code_digest(partial(ours, dump)) == code_digest(partial(ours, {"dump": dump}))
    assert code_digest(partial(ours, dump)) != code_digest(partial(ours, contours))


class _Typing(ast.NodeTransformer):
    """A tree without what a type checker alone reads."""

    def visit_If(self, node: ast.If) -> ast.AST:
        checked = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return ast.Pass() if checked else self.generic_visit(node)


@pytest.mark.parametrize("module", sorted(code._paths()))
def test_what_is_found_in_a_text_holds_what_python_imports(module: str) -> None:
    """Of every module, wherever in it: and the modules of the names that packages hand on."""
    paths = code._paths()
    tree = _Typing().visit(ast.parse(paths[module].read_text(encoding="utf-8")))
    needs: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            needs |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import, which the text is not searched for"
            needs |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
            for alias in node.names:  # a name that a package hands on: the module that has it
                if str(node.module) in paths and paths[str(node.module)].name == "__init__.py":
                    thing = getattr(import_module(str(node.module)), alias.name, None)
                    needs.add(str(getattr(thing, "__module__", "")))
    assert needs & paths.keys() <= modules_behind(module)
