"""Developers' sessions: ``nox -s tests``, ``nox -s lint``, ``nox -s types``, ``nox -s bench``, ``nox -s laws``."""

import nox

nox.options.sessions = ["tests", "lint", "types"]


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests."""
    session.install(".[all,test]")
    session.run("pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format."""
    session.install("ruff>=0.14")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    session.install("-e", ".[all,test]", "mypy>=1.18")
    session.run("mypy")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed."""
    session.install(".[all,test]")
    session.run("pytest", "benchmarks", "--benchmark-only", *session.posargs)


@nox.session
def laws(session: nox.Session) -> None:
    """Run the laws that hold for every detector and chain at full size, and write what they find for docs/laws.md."""
    session.install(".[all,test]")
    table = ("--laws-table", "docs/laws-figures.md")
    session.run("pytest", "tests/laws", "-n", "2", *table, *session.posargs, env={"DARKPAIR_LAWS": "full"})
    session.run("python", "-m", "tests.detectors.test_intervals")  # the table of docs/analysis.md
