"""Figures, tables and claims of arXiv:2005.07102."""
