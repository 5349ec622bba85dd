"""Figures and tables of arXiv:2005.07102, one a module."""
