"""Where events go: ROOT and HepMC3 files."""
