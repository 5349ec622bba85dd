"""What an apparatus sees: geometry, smearing, reconstruction, selections."""
