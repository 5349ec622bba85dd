"""A study."""

from pathlib import Path
from typing import Annotated

import numpy as np

from darkpair import Energy, Gt, ZPrimeScalar
from darkpair.export.files import save_picture, write_rows


def lengths(
    folder: Path,
    *,
    m1: Annotated[float, Energy] = 0.0,
    momentum: Annotated[float, Energy, Gt(0.0)] = 1.0,
    picture: bool = False,
) -> list[Path]:
    """Mean flight of X2 -> X1 pi0, ... of the scalars of a Z' against its mass, at G_X = 1e-5 GeV^-2."""
    m2 = m1 + np.linspace(0.15, 0.45, 7)
    flight = ZPrimeScalar(m1=m1, m2=m2, G_X=1e-5).ctau("X2") * momentum / m2
    rows = [
        {"m2 [GeV]": m, "flight [mm]": length} for m, length in zip(m2.tolist(), flight.tolist(), strict=True)
    ]
    paths = write_rows(folder, "lengths", rows, {"m1": m1, "momentum": momentum})
    if picture:
        import matplotlib.pyplot as plt

        figure, axes = plt.subplots()
        axes.semilogy(m2, flight)
        axes.set(xlabel="$m_2$ [GeV]", ylabel="mean flight [mm]")
        paths += save_picture(figure, folder, "lengths")
    return paths
