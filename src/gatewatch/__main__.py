"""`python -m gatewatch` and the installed `gatewatch` script."""

import os
import sys

from gatewatch.cli.main import run


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    # numpy's linear algebra, which nothing here uses, would start threads that wait by turning.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
