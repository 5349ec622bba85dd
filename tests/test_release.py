"""What a release needs: versions that agree, workflows for the Pythons of the classifiers, an sdist with what tests read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

import darkpair

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

pytestmark = pytest.mark.skipif(not WORKFLOWS, reason="no source tree")

yaml = pytest.importorskip("yaml", reason="no PyYAML, with which workflows are read")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def project() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))


def released() -> str:
    """The version of the next release, or of the last one before anything new: the first heading of the changelog."""
    heading = re.search(r"^## \[(\d+\.\d+\.\d+)\] - ", text("CHANGELOG.md"), flags=re.MULTILINE)
    assert heading is not None
    return heading[1]


def test_versions_agree() -> None:
    citation = yaml.safe_load(text("CITATION.cff"))
    recipe = yaml.safe_load(text("packaging/conda-forge/recipe.yaml"))
    (bibtex,) = re.findall(
        r"^@software\{darkpair,\n.*?version = \{(.*?)\}",
        text("gen/data/references.bib"),
        flags=re.DOTALL | re.MULTILINE,
    )
    (image,) = re.findall(r"^ARG VERSION=(.*)$", text("Dockerfile"), flags=re.MULTILINE)
    versions = {
        "CITATION.cff": citation["version"],
        "CITATION.cff, preferred": citation["preferred-citation"]["version"],
        "codemeta.json": json.loads(text("codemeta.json"))["version"],
        ".zenodo.json": json.loads(text(".zenodo.json"))["version"],
        "recipe.yaml": recipe["context"]["version"],
        "references.bib": bibtex,
        "Dockerfile": image,
        "pyproject.toml": Version(project()["tool"]["setuptools_scm"]["fallback_version"]).base_version,
    }
    assert versions == dict.fromkeys(versions, released())


def test_the_version_is_the_tags_and_no_other_place_says_it() -> None:
    assert "version" not in project()["project"]
    assert project()["project"]["dynamic"] == ["version"]
    # of a clone without tags it is 0.1.dev..., which is on the way to 0.1.0
    assert Version(darkpair.__version__).is_devrelease or Version(darkpair.__version__) <= Version(released())


def git(folder: Path, *words: str) -> None:
    """A command of git, as somebody."""
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with the package's settings, and two commits."""
    pytest.importorskip("setuptools_scm", reason="no setuptools-scm, which makes a version of tags")
    if shutil.which("git") is None:
        pytest.skip("no git")
    folder = tmp_path / "tree"
    folder.mkdir()
    for name in ("pyproject.toml", ".git_archival.txt", ".gitattributes"):
        shutil.copy(ROOT / name, folder)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    git(folder, "commit", "-q", "--allow-empty", "-m", "two")
    return folder


def version_of(folder: Path) -> Version:
    done = subprocess.run(
        [sys.executable, "-m", "setuptools_scm"], cwd=folder, capture_output=True, text=True, check=True
    )
    return Version(done.stdout.strip())


def test_a_tag_is_the_version_and_what_follows_is_after_it(tree: Path) -> None:
    git(tree, "tag", "-a", "v7.2.1", "-m", "a release")
    assert version_of(tree) == Version("7.2.1")
    git(tree, "commit", "-q", "--allow-empty", "-m", "three")
    after = version_of(tree)
    assert Version("7.2.1") < after < Version("7.2.2")
    assert after.is_devrelease
    assert after.local is not None
    assert after.local.startswith("g")  # the commit's name


def test_a_clone_without_tags_is_on_the_way_to_the_first_release(tree: Path) -> None:
    first = version_of(tree)
    assert first.is_devrelease
    assert first < Version("0.1.0")
    git(tree.parent, "clone", "-q", "--depth", "1", tree.as_uri(), "shallow")
    assert version_of(tree.parent / "shallow").is_devrelease


def test_without_git_a_copy_says_the_fallback_and_an_archive_its_tag(tree: Path) -> None:
    git(tree, "tag", "v7.2.1")
    for name in ("copy", "archive"):
        (tree.parent / name).mkdir()
    git(tree, "archive", "--output", "../archive.tar", "HEAD")
    with tarfile.open(tree.parent / "archive.tar") as archive:
        archive.extractall(tree.parent / "archive", filter="data")
    assert version_of(tree.parent / "archive") == Version("7.2.1")
    for path in tree.iterdir():
        if path.is_file():
            shutil.copy(path, tree.parent / "copy")
    assert str(version_of(tree.parent / "copy")) == project()["tool"]["setuptools_scm"]["fallback_version"]


def test_what_is_said_of_the_package_is_said_alike() -> None:
    citation = yaml.safe_load(text("CITATION.cff"))
    codemeta, zenodo = json.loads(text("codemeta.json")), json.loads(text(".zenodo.json"))
    recipe = yaml.safe_load(text("packaging/conda-forge/recipe.yaml"))
    assert citation["abstract"] == codemeta["description"] == zenodo["description"]
    assert citation["title"] == zenodo["title"]
    assert citation["keywords"] == codemeta["keywords"] == zenodo["keywords"]
    assert recipe["about"]["summary"] == project()["project"]["description"]
    licence = project()["project"]["license"]
    assert {citation["license"], zenodo["license"], recipe["about"]["license"]} == {licence}
    assert codemeta["license"].endswith(f"/{licence}")
    (author,) = (entry["name"] for entry in project()["project"]["authors"])
    assert [author] == [entry["name"] for entry in citation["authors"]]
    assert [author] == [entry["name"] for entry in codemeta["author"]]
    assert [author] == [entry["name"] for entry in zenodo["creators"]]


def test_the_recipe_asks_for_what_the_package_asks_for() -> None:
    """With the extras of `all`; conda's matplotlib without a window system has another name."""
    recipe = yaml.safe_load(text("packaging/conda-forge/recipe.yaml"))
    table = project()["project"]
    extras = re.findall(r"[\w]+", table["optional-dependencies"]["all"][0].partition("[")[2])
    wanted = [
        *table["dependencies"],
        *(line for name in extras for line in table["optional-dependencies"][name]),
    ]
    needs = {line.replace("matplotlib>", "matplotlib-base>").replace(">=", " >=") for line in wanted}
    run = set(recipe["requirements"]["run"])
    assert run - needs == {"python >=${{ python_min }}"}
    assert needs <= run
    assert f">={recipe['context']['python_min']}" == table["requires-python"]
    build = {line.replace(">=", " >=") for line in project()["build-system"]["requires"]}
    assert build <= set(recipe["requirements"]["host"])
    points = [f"{name} = {target}" for name, target in table["scripts"].items()]
    assert recipe["build"]["python"]["entry_points"] == points


def workflow(path: Path) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def pythons() -> list[str]:
    """Of the classifiers."""
    words = [
        re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", c)
        for c in project()["project"]["classifiers"]
    ]
    return [word[1] for word in words if word]


def test_workflows_run_the_pythons_of_the_classifiers() -> None:
    matrix = workflow(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["tests"]["strategy"]["matrix"]
    assert matrix["python"] == pythons()
    assert {entry["python"] for entry in matrix["include"]} <= {*pythons()}
    assert f">={pythons()[0]}" == project()["project"]["requires-python"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_careful(path: Path) -> None:
    """Actions are pinned to commits, with their version; no permission is given that a job does not name; jobs end."""
    table = workflow(path)
    assert table["permissions"] == {}
    for name, job in table["jobs"].items():
        assert job["permissions"], name
        assert job["timeout-minutes"] <= 90, name
        for step in job["steps"]:
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
                assert step["with"]["fetch-depth"] == 0  # the version comes from the tags
    uses = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert uses
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in uses)


def test_workflows_name_sessions_that_there_are() -> None:
    sessions = set(re.findall(r"@nox\.session.*\ndef (\w+)", text("noxfile.py")))
    said = [
        words.split()
        for path in WORKFLOWS
        for words in re.findall(r"run: nox -s ([\w ]+)", path.read_text(encoding="utf-8"))
    ]
    named = {name for words in said for name in words}
    assert {"tests", "lint", "types", "dist", "lowest"} <= named
    assert named - {"docs"} <= sessions


def test_nox_alone_runs_what_a_change_needs() -> None:
    """Every other session says that it is no default: some take hours."""
    assert re.findall(r"@nox\.session\ndef (\w+)", text("noxfile.py")) == ["tests", "lint", "types"]


def test_only_the_last_job_of_a_release_may_publish() -> None:
    jobs = workflow(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    trusted = [name for name, job in jobs.items() if "id-token" in job["permissions"]]
    assert trusted == ["publish"]
    assert jobs["publish"]["needs"] == "dist"
    assert jobs["publish"]["environment"] == {"name": "pypi"}
    assert "secrets." not in text(".github/workflows/release.yml")


def test_the_paper_cites_what_its_bibliography_has() -> None:
    """And has the parts that the journal asks for."""
    paper = text("paper.md")
    cited = set(re.findall(r"@(\w[\w:]*)", paper.partition("\n# ")[2]))
    assert cited == set(re.findall(r"^@\w+\{(\S+),$", text("paper.bib"), flags=re.MULTILINE))
    heads = re.findall(r"^# (.*)$", paper, flags=re.MULTILINE)
    wanted = ["Summary", "Statement of need", "State of the field", "Software design", "Research impact"]
    assert [head for head in heads if head in wanted] == wanted
    assert heads[-1] == "References"
    words = len(paper.partition("\n# ")[2].split())
    assert 750 <= words <= 1750


def test_the_changelog_keeps_its_form() -> None:
    """The first heading is the next release, each has a date or says that it has none, nothing else is a heading of the second rank."""
    heads = re.findall(r"^## (.*)$", text("CHANGELOG.md"), flags=re.MULTILINE)
    assert heads
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - (unreleased|\d{4}-\d\d-\d\d)", head) for head in heads)
    assert len([head for head in heads if "unreleased" in head]) <= 1
