"""``python -m darkpair``."""

from darkpair.cli import main

if __name__ == "__main__":
    main()
