"""Sources of parents by name."""

from darkpair.gen.registry import Entry, Registry

__all__ = ["SOURCES"]

#: Every source; nothing is imported until one is asked for.
SOURCES = Registry(
    "sources",
    {
        "dump_mesons": Entry(
            "darkpair.gen.sources.dump_mesons:DumpMesons",
            "Mesons of one kind from protons on a target, made at the origin with uniform azimuth.",
        ),
        "event_file": Entry(
            "darkpair.gen.sources.event_file:EventFile",
            "Mesons of anyone's event file (ROOT, HepMC, LHE, HEPEVT), the original event kept and linked.",
        ),
        "gun": Entry("darkpair.gen.sources.gun:Gun", "A particle gun at the origin, along z."),
        "koto_kl": Entry(
            "darkpair.gen.sources.koto_kl:KotoKL",
            "K_L of KOTO's beam, on straight lines through the aperture of its collimator.",
        ),
        "upsilon4s": Entry(
            "darkpair.gen.sources.upsilon4s:Upsilon4S", "B mesons of Upsilon(4S) decays, one an event."
        ),
    },
)
