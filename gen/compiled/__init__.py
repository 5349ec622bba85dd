"""Formulas on columns, written once: NumPy evaluates them array by array, or one compiled loop does event by event, with the same bits."""
