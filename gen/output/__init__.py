"""Where events go: ROOT files."""
