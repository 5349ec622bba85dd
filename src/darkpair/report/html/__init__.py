"""One self-contained HTML page of a file of events."""
