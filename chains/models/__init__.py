"""The portals of arXiv:2005.07102, one a file: from couplings to rates to chains."""
