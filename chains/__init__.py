"""Which decays, and how often: chains, matrix elements, models."""
