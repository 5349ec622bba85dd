"""JSROOT in node reads our files: entries, and every branch's sum."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import uproot

from darkpair.gen.streams import BLOCK
from tests.shared.clients import READERS, SAMPLES, N, compare, made, node_of, totals

KINDS = ("ttree", "rntuple")


def said_by_node(path: Path, folder: Path) -> Any:
    """What the reader says, in a folder of its own beside node's packages."""
    node, packages = node_of("jsroot")
    (folder / "node_modules").symlink_to(packages / "node_modules")
    shutil.copy(READERS / "of_jsroot.mjs", folder)
    words = [node, str(folder / "of_jsroot.mjs"), str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("job", "layout"), SAMPLES)
def test_every_branch(job: str, layout: str, kind: str, folder: Path, tmp_path: Path) -> None:
    node_of("jsroot")
    path = made(folder, job, output__layout=layout, output__kind=kind)
    said = said_by_node(path, tmp_path)
    assert said["entries"] == N
    compare(said["totals"], totals(path), ordered=True)


def test_many_baskets(folder: Path, tmp_path: Path) -> None:
    node_of("jsroot")
    path = made(folder, "koto_pi0", run__n=2 * BLOCK + 1000)
    compare(said_by_node(path, tmp_path)["totals"], totals(path), ordered=True)


def test_of_an_rntuple_the_first_group_of_clusters_alone(folder: Path, tmp_path: Path) -> None:
    """JSROOT 7.11.2 looks at no other group, and does not say so; when this fails, the page may leave its warning out."""
    node_of("jsroot")
    path = made(folder, "koto_pi0", output__kind="rntuple", run__n=2 * BLOCK + 1000)
    with uproot.open(path) as file:
        clusters = [cluster.num_entries for cluster in file["Events"].cluster_summaries]
    assert sum(clusters) == 2 * BLOCK + 1000 > clusters[0]
    assert said_by_node(path, tmp_path)["entries"] == clusters[0]
