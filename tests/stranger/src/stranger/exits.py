"""What nobody should do: leave when imported."""

raise SystemExit(3)
