"""What a command leaves in a folder is what it leaves in an empty one, whatever an earlier one left there; files of others stay."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.statistics import Counting
from darkpair.studies import exchange_likelihoods

#: A search that counts events and needs no samples.
SEARCH = 'kind = "rate"\nparent = "K+"\nmode = "pi+ X1 X2"\n' + "\n".join(
    f'[counts.{name}]\nvalue = {value}\nunit = "{unit}"\nsource = "here"\nconfidence = "choice"'
    for name, value, unit in (
        ("parents", 1e9, "1"),
        ("observed", 3, "events"),
        ("background", 1.5, "events"),
    )
)
POINT = "limits zprime-scalar m1='20 MeV' m2='200 MeV' m_Zprime='10 GeV' --search mine.toml --only mine"
MAP = (
    "reach zprime-scalar x='m2: 330 .. 430 MeV, 2' y='G_X: 0.1 .. 5 GF, 3 log' m1=0 m_Zprime='10 GeV' --only"
)
#: Commands in one folder, by what is special of them.
COMMANDS = {
    "rows": f"{POINT} G_X='1 GF'",
    "submission": f"{POINT} G_X='1 GF' --hepdata",
    "likelihoods": f"{POINT} G_X='0.1 GF' --likelihoods",
    "both": f"{POINT} G_X='0.1 GF, 1 GF' --likelihoods --hepdata",
    "picture": f"{POINT.replace('200 MeV', '200 MeV, 210 MeV')} G_X='1 GF' --along G_X",
    "chain": "limits 'K+ -> pi+ X1 X2' m1='20 MeV' m2='200 MeV' --only k-to-pi-na62",
    "map": f"{MAP} atomic-parity-2021",
    "map and submission": f"{MAP} atomic-parity-2009 --hepdata",
}
MAPS = {name for name in COMMANDS if name.startswith("map")}


def leave(name: str, folder: Path, status: int = 0) -> str:
    """Run a command, and give what it says."""
    done = CliRunner().invoke(main, [*shlex.split(COMMANDS[name]), "-o", str(folder)])
    assert done.exit_code == status, done.output
    return " ".join(done.output.split())


@pytest.fixture(autouse=True)
def _mine_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A likelihood without samples, which take their time."""
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(SEARCH, encoding="utf-8")
    monkeypatch.setattr(exchange_likelihoods, "counting_of", lambda *_: Counting(observed=1, background=0.5))


def files_in(folder: Path) -> set[str]:
    """Files and folders of a folder; of a table its name alone, for pictures have a date."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where folders of single commands stand."""
    return tmp_path_factory.mktemp("fresh")


def fresh(name: str, empty: Path) -> set[str]:
    """What a command leaves in an empty folder."""
    if not (empty / name).exists():
        leave(name, empty / name)
    return files_in(empty / name)


@pytest.mark.parametrize("after", sorted(COMMANDS.keys() - MAPS))
def test_a_second_command_leaves_what_it_leaves_alone(after: str, tmp_path: Path, empty: Path) -> None:
    for before in (
        ("both", "picture") if after != "picture" else ("both",)
    ):  # (which leave everything between them)
        folder = tmp_path / "used" / before
        leave(before, folder)
        leave(after, folder)
        assert files_in(folder) == fresh(after, empty), before


def test_the_commands_leave_different_files(empty: Path) -> None:
    kinds = {name: {Path(file).parts[0] for file in fresh(name, empty)} for name in COMMANDS.keys() - MAPS}
    assert kinds["rows"] == {"limits.csv", "limits.json"}
    assert kinds["both"] >= kinds["rows"] | {"hepdata", "pyhf", "hs3"}
    assert "limits.png" in kinds["picture"]


def test_maps_and_points_keep_off_each_other(tmp_path: Path, empty: Path) -> None:
    """A map after one with a submission leaves what it leaves alone, and rows beside them are of another command."""
    folder = tmp_path / "used"
    leave("map and submission", folder)
    before = files_in(folder)
    leave("rows", folder)
    assert files_in(folder) == before | fresh("rows", empty)
    leave("map", folder)
    assert files_in(folder) == {"reach.csv", "reach.json", "reach.png", "reach.pdf"} | fresh("rows", empty)


@pytest.mark.parametrize("after", ["rows", "chain"])
def test_files_of_others_stay(after: str, tmp_path: Path, empty: Path) -> None:
    """Beside ours in the same folders, and of our names: another one's workspace, a note, a submission of another tool."""
    folder = tmp_path / "used"
    leave("both", folder)
    mine = {
        "hepdata/mine.yaml": "mine",
        "pyhf/notes.txt": "mine",
        "pyhf/nucal.json": json.dumps({"channels": [{"name": "nucal"}], "measurements": [{"name": "fit"}]}),
        "hs3/odd.json": json.dumps({"distributions": [{"name": "odd"}], "analyses": "odd"}),
        "notes.md": "mine",
    }
    for name, text in mine.items():
        (folder / name).write_text(text, encoding="utf-8")
    said = leave(after, folder)
    assert "files of an earlier run, removed" in said
    assert {name: (folder / name).read_text(encoding="utf-8") for name in mine} == mine
    assert files_in(folder) == fresh(after, empty) | mine.keys() | {"hepdata", "pyhf", "hs3"}


def test_a_folder_without_our_table_is_not_looked_into(tmp_path: Path, empty: Path) -> None:
    folder = tmp_path / "used"
    leave("both", folder)
    kept = {name for name in files_in(folder) if not name.startswith("limits.")}
    for path in folder.glob("limits.*"):
        path.unlink()
    leave("rows", folder)
    assert files_in(folder) == kept | fresh("rows", empty)
