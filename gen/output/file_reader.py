"""What a format says of reading its files back; each part is left out where a format cannot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkpair.gen.errors import InputError

if TYPE_CHECKING:
    import os

    import awkward as ak

    from darkpair.gen.output.parts import Row

__all__ = ["FileReader"]


class FileReader:
    """How files of a format are read, which a writer of it knows."""

    @classmethod
    def read_provenance(cls, path: str | os.PathLike[str]) -> dict[str, Any]:
        """How the events of a file were made, with ``output`` and its number of ``events``; for ``darkpair inspect``.

        Raises
        ------
        InputError
            Unless a format says how.
        """
        raise InputError(
            f"{Path(path).name!r} was written by {cls.__module__}.{cls.__name__}, which does not read back how events were "
            "made; inspect .root, .hepmc3 and .parquet files, or give it a read_provenance"
        )

    @classmethod
    def read_rows(cls, path: str | os.PathLike[str]) -> list[Row]:
        """Parts that a file holds, one of most; with their exact sums, where the format keeps them.

        Raises
        ------
        InputError
            As `read_provenance`.
        """
        from darkpair.gen.output.parts import Row

        return [Row(provenance=cls.read_provenance(path))]

    @classmethod
    def read_events(cls, path: str | os.PathLike[str], first: int | None, last: int | None) -> ak.Array:  # noqa: ARG003
        """Event record of the events first to last - 1 of a file, as `darkpair.read_events` gives it.

        Raises
        ------
        InputError
            Unless a format says how, and for what it cannot hold.
        """
        raise InputError(
            f"{Path(path).name!r} does not hold the whole record, or its format does not say how it is read; event records are "
            "read back from .root and .parquet files"
        )

    @staticmethod
    def require_cartesian(path: str | os.PathLike[str], layout: str) -> None:
        """Refuse to read the event record of a file that does not hold it.

        Raises
        ------
        InputError
        """
        if layout != "cartesian":
            raise InputError(
                f"{str(path)!r} has the {layout} layout, which is not the whole record; write it with layout = 'cartesian' to "
                "read it back"
            )

    @classmethod
    def require_installed(cls) -> None:
        """Refuse a format whose package is not installed, before any event is made; most need none.

        Raises
        ------
        InputError
        """
        return
