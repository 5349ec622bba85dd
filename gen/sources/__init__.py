"""Where the parents come from: guns, beams and files."""
