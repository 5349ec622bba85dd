"""The engine: kinematics, phase space, decays, sources, events, streams, output."""
