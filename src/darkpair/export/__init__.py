"""Results for other tools: pyhf workspaces and HEPData tables."""
