"""Squared amplitudes of whole chains from four-component spinors: nothing of the package but constants and form factors.

A chain is production times decays of psi2 (or psi2~), everything else stable.  `density` is the squared amplitude, all
spins summed, over the product of those of production and decays, normalised to 1 for unpolarised decays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import numpy as np

from darkpair.chains.form_factors import FormFactor, KstarForm
from darkpair.chains.models.electroweak import fermion_couplings
from darkpair.chains.models.inputs import Inputs
from darkpair.gen.topology import Columns
from tests.shared.spinors import (
    GAMMA,
    LOWER,
    METRIC,
    Complex,
    Real,
    bar,
    chiral,
    current,
    dot,
    polarisations,
    slash,
    spinors,
    squared,
)

EPSILON = np.zeros((4, 4, 4, 4))
for _perm in permutations(range(4)):
    EPSILON[_perm] = np.linalg.det(np.eye(4)[list(_perm)])

#: Charge conjugation: v(p, s) of u-bar(p, s) transposed, and u of v-bar.
CONJUGATE = 1j * GAMMA[2] @ GAMMA[0]


@dataclass(frozen=True, kw_only=True)
class Couplings:
    """psi2-bar gamma (c_v + c_a gamma5) psi1 + h.c., psi1-bar sigma (mu + d gamma5) psi2 F / 2 + h.c."""

    c_v: complex = 0.0
    c_a: complex = 0.0
    mu: complex = 0.0
    d: complex = 0.0
    mediator: float | None = None
    form: FormFactor | KstarForm | None = None  # of M' -> M
    yukawa: bool = False  # psi2 psi2~ by a scalar; by an axial current otherwise

    def vertex(self, *, to_psi2: bool) -> Complex:
        """Of the current that makes psi2 (or ends psi2~), or of its conjugate."""
        one = chiral(self.c_v, self.c_a)
        return one if to_psi2 else chiral(np.conj(self.c_v), np.conj(self.c_a))


def low(h: Any) -> Complex:
    """H-slash of a complex current (n, 4)."""
    return np.asarray(np.einsum("nm,mab->nab", h, LOWER))


def mediated(h: Any, q: Real, mass: float | None) -> Any:
    """A current as a massive vector hands it on, over its contact form."""
    if mass is None:
        return h
    return (h - q * (dot(h, q) / mass**2)[:, None]) / (1 - dot(q, q) / mass**2)[:, None]


def vector_polarisations(k: Real, mass: Any) -> list[Real]:
    """Three real polarisation vectors orthogonal to k: the rest frame's axes, boosted."""
    out = []
    for axis in range(3):
        e = np.zeros_like(k)
        e[:, 0] = k[:, 1 + axis] / mass
        e[:, 1:] = k[:, 1:] * (k[:, 1 + axis] / (mass * (k[:, 0] + mass)))[:, None]
        e[:, 1 + axis] += 1.0
        out.append(e)
    return out


def kstar(
    form: KstarForm, heavy: float, light: Any, p: Any, k: Any, e: Any, *, sign: float | None = None
) -> Any:
    """<K*(k, e)| current |B(p)> of hep-ph/9910221 for a b antiquark, (n, 4); e is what the out state conjugates to.

    The sign of V hangs on that of the epsilon tensor: an s antiquark is right-handed, so helicity 1 is the larger.
    """
    if sign is None:
        mean = float(np.mean(light))
        at = np.array(
            [[0.5 * (heavy + mean**2 / heavy), 0.0, 0.0, 0.5 * (heavy - mean**2 / heavy)]]
        )  # q2 = 0
        rest, out = np.array([[heavy, 0.0, 0.0, 0.0]]), np.array([[0.0, 1.0, -1j, 0.0]])  # of helicity 1
        sizes = [np.abs(kstar(form, heavy, mean, rest, at, out, sign=s)).max() for s in (1.0, -1.0)]
        sign = 1.0 if sizes[0] > sizes[1] else -1.0
    q = p - k
    q2, ep = dot(q, q), dot(e, p)[:, None]
    s = q2 / heavy**2
    v, a0, a1, a2 = (f[0] * np.exp(f[1] * s + f[2] * s**2) for f in (form.v, form.a0, form.a1, form.a2))
    total = heavy + light
    axial = e * (total * a1)[:, None] - (p + k) * ep * (a2 / total)[:, None]
    # A_3 - A_0 over q^2, A_3 = (M + m) A_1 / 2m - (M - m) A_2 / 2m; nothing along q at q^2 = 0
    a3 = total / (2 * light) * a1 - (heavy - light) / (2 * light) * a2
    safe = np.where(np.abs(s) > 1e-9, q2, np.inf)
    axial = axial - q * ep * (2 * light / safe * (a3 - a0))[:, None]
    cross = np.einsum("mvrs,nv,nr,ns->nm", EPSILON, e, p, k) @ METRIC
    return -1j * axial + sign * cross * (2 * v / total)[:, None]


class WholeChain:
    """One topology's events.

    Parameters
    ----------
    part : Columns
    couplings : Couplings
    """

    def __init__(self, part: Columns, couplings: Couplings) -> None:
        self.topology, self.couplings = part.topology, couplings
        self.momentum = part.momentum[[3, 0, 1, 2]].transpose(1, 2, 0)  # (particles, n, E x y z)

    def density(self) -> Real:
        """Over that of unpolarised decays, (n,)."""
        top = self.children(0)
        heavies = [i for i in top if self.name(i).startswith("psi2") and self.children(i)]
        production = self.production(top, heavies)  # (unseen spins, spins of each heavy..., n)
        decays = [self.decay(i) for i in heavies]  # (unseen spins, spin, n)
        averaged = squared(production).sum(axis=tuple(range(production.ndim - 1)))
        for decay in decays:
            averaged = averaged * squared(decay).sum(axis=(0, 1)) / 2
        if len(heavies) == 1:
            whole = np.einsum("asn,bsn->abn", production, decays[0])
        else:
            whole = np.einsum("astn,bsn,ctn->abcn", production, *decays)
        return np.asarray(squared(whole).sum(axis=tuple(range(whole.ndim - 1))) / averaged)

    def name(self, i: int) -> str:
        return self.topology.names[i]

    def children(self, i: int) -> list[int]:
        return [j for j, mother in enumerate(self.topology.mother) if mother == i]

    def p(self, i: int) -> Real:
        return np.asarray(self.momentum[i])

    def spins(self, i: int, *, anti: bool) -> list[Complex]:
        return spinors(self.p(i), self.topology.mass[i], anti=anti)

    def production(self, top: Sequence[int], heavies: Sequence[int]) -> Any:
        dark = [i for i in top if self.name(i).startswith("psi")]
        rest = [i for i in top if i not in dark]
        q: Any = sum(self.p(i) for i in dark)
        # the particle's spinor is u: psi2 of psi1~ psi2 or of psi2 psi2~, psi1 of psi1 psi2~
        anti = next((i for i in dark if self.name(i).endswith("~")), None)
        if anti is None:  # Majorana: either
            anti = next((i for i in dark if self.name(i) == "psi1"), dark[1])
        particle = next(i for i in dark if i != anti)
        vertices: list[Any]
        if self.couplings.yukawa:
            vertices = [np.broadcast_to(np.eye(4), (len(q), 4, 4))]
        elif len({self.name(i).rstrip("~") for i in dark}) == 1:
            vertices = [low(q) @ chiral(0.0, 1.0)]
        else:
            dressed = self.couplings.vertex(to_psi2=self.name(particle) == "psi2")
            vertices = [low(h) @ dressed for h in self.hadrons(q, rest)]
        ubars = [bar(u) for u in self.spins(particle, anti=False)]
        if self.name(anti).endswith("~"):
            vs = self.spins(anti, anti=True)
        else:  # v of the u that its decay has
            vs = [np.einsum("ab,nb->na", CONJUGATE, bar(u)) for u in self.spins(anti, anti=False)]
        unseen = []
        for vertex in vertices:
            whole = np.array([[np.einsum("na,nab,nb->n", u, vertex, v) for v in vs] for u in ubars])
            if heavies[0] != particle:
                whole = whole.swapaxes(0, 1)
            unseen.append(whole[None] if len(heavies) == 2 else whole.swapaxes(0, 1))
        return np.concatenate(unseen)

    def hadrons(self, q: Any, rest: Sequence[int]) -> list[Any]:
        """q of P -> psi psi; eq. B1 of arXiv:2005.07102 of M' -> M psi psi; three K* polarisations."""
        form = self.couplings.form
        if form is None or not rest:
            return [q]
        (spectator,) = rest
        heavy, light, q2 = self.topology.mass[0], self.topology.mass[spectator], dot(q, q)
        k = self.p(spectator)
        if isinstance(form, KstarForm):
            own = np.sqrt(dot(k, k))  # in this event
            return [
                mediated(kstar(form, heavy, own, k + q, k, e), q, self.couplings.mediator)
                for e in vector_polarisations(k, own)
            ]
        plus, zero = form.plus(q2)[:, None], form.zero(q2)[:, None]
        h = (2 * k + q) * plus + (heavy**2 - light**2) / q2[:, None] * q * (zero - plus)
        return [mediated(h, q, self.couplings.mediator)]

    def decay(self, i: int) -> Any:
        """Amplitudes by spin states of the daughters and of psi2."""
        anti = self.name(i).endswith("~")
        below = self.children(i)
        if all(self.name(j).startswith("psi1") for j in below):
            return self.triple(i, below, anti=anti)
        one = next(j for j in below if self.name(j).startswith("psi1"))
        others = [j for j in below if j != one]
        side = self.spins(one, anti=anti), self.spins(i, anti=anti)
        out = []
        for vertex in self.vertices(others, anti=anti):
            for w in side[0]:
                if anti:  # v2-bar V v1
                    out.append([np.einsum("na,nab,nb->n", bar(v), vertex, w) for v in side[1]])
                else:
                    out.append([np.einsum("na,nab,nb->n", bar(w), vertex, u) for u in side[1]])
        return np.array(out)

    def triple(self, i: int, below: Sequence[int], *, anti: bool) -> Any:
        """psi2 -> psi1 psi1 psi1, antisymmetrised over identical ones, (8, 2, n)."""
        dark, axial = self.couplings.vertex(to_psi2=anti), chiral(0.0, 1.0)
        us = [self.spins(j, anti=False) for j in below]
        vs = [[np.einsum("ab,nb->na", CONJUGATE, bar(u)) for u in pair] for pair in us]
        a, b, c = sorted(range(3), key=lambda j: self.name(below[j]).endswith("~") != anti)
        terms = [(1, a, b, c), (-1, b, a, c)]
        if not any(self.name(j).endswith("~") for j in (i, *below)):
            terms.append((-1, c, b, a))
        out = []
        for spins in product(range(2), repeat=3):
            amplitude = []
            for heavy in self.spins(i, anti=anti):
                total: Any = 0.0
                for sign, x, y, z in terms:
                    u, v = us[y][spins[y]], vs[z][spins[z]]
                    if anti:  # v2-bar V v_x, and the pair of the particle z and the antiparticle y
                        line = current(heavy, dark, vs[x][spins[x]])
                        u, v = us[z][spins[z]], vs[y][spins[y]]
                    else:
                        line = current(us[x][spins[x]], dark, heavy)
                    total = total + sign * dot(line, current(u, axial, v))
                amplitude.append(total)
            out.append(amplitude)
        return np.array(out)

    def vertices(self, others: Sequence[int], *, anti: bool) -> list[Complex]:
        names = [self.name(j) for j in others]
        if names == ["gamma"]:
            k = self.p(others[0])
            mu, d = self.couplings.mu, self.couplings.d
            if anti:  # psi2-bar sigma (mu* - d* gamma5) psi1
                moment = chiral(np.conj(mu), -np.conj(d))
                return [(slash(k) @ slash(e) - slash(e) @ slash(k)) @ moment for e in polarisations(k)]
            return [(slash(k) @ slash(e) - slash(e) @ slash(k)) @ chiral(mu, d) for e in polarisations(k)]
        dark = self.couplings.vertex(to_psi2=anti)
        return [low(h) @ dark for h in self.light(others, names)]

    def light(self, others: Sequence[int], names: Sequence[str]) -> list[Any]:
        """The current of a meson, of pions or of a fermion pair."""
        if len(others) == 1:
            return [self.p(others[0]).astype(complex)]
        fbar, f = sorted(others, key=lambda j: self.topology.pdgid[j])
        q, kind = self.p(f) + self.p(fbar), self.topology.pdgid[f]
        if kind == 211:
            return [(self.p(f) - self.p(fbar)).astype(complex)]
        g_v, g_a = fermion_couplings({11: "e", 12: "nu", 13: "mu"}[kind], Inputs())
        pairs = [
            current(u, chiral(g_v, -g_a), v)
            for u in self.spins(f, anti=False)
            for v in self.spins(fbar, anti=True)
        ]
        return [mediated(h, q, self.couplings.mediator) for h in pairs]
