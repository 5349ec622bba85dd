"""Lines and tables for the terminal, from what a file says of itself."""
