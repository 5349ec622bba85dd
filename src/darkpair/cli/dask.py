"""``--dask ADDRESS``: the workers of a dask cluster instead of processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from darkpair.gen.errors import InputError

__all__ = ["dask_option", "on_dask"]

dask_option = click.option(
    "--dask",
    "dask",
    metavar="ADDRESS",
    help="Scheduler of dask whose workers do the work: tcp://host:8786, or its scheduler file, scheduler.json.",
)

#: Host and port, with or without a protocol.
_ADDRESS = re.compile(r"(\w+://)?\S+:\d+")

#: Time after which nobody is there [s].
_PATIENCE = 5


@contextmanager
def on_dask(address: str | None) -> Iterator[None]:
    """Have a dask cluster's workers do the work inside; None changes nothing.

    Raises
    ------
    InputError
        Without the package, and for an address at which no scheduler answers.
    """
    if address is None:
        yield
        return
    from darkpair.workers import (
        on_executor,
    )  # (which knows numpy: the command's options are known without it)

    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "--dask needs the package distributed; install it with  pip install 'darkpair[dask]'"
        ) from None
    file = address.endswith(".json")
    if (file and not Path(address).is_file()) or not (file or _ADDRESS.fullmatch(address)):
        raise InputError(
            f"--dask {address}; allowed: an address, as tcp://host:8786, or a scheduler's file that is there"
        )
    place = {"scheduler_file": address} if file else {"address": address}
    try:
        client = Client(**place, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"--dask {address}: no scheduler of dask answers ({type(error).__name__}); start one with  dask scheduler, and "
            "workers with  dask worker ADDRESS"
        ) from None
    with client, on_executor(client):
        yield
