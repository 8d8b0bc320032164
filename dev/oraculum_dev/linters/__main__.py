"""Runs the linters from a shell: `python -m oraculum_dev.linters [PATH ...]`."""

import sys

from oraculum_dev.linters.run import main

sys.exit(main(sys.argv[1:]))
