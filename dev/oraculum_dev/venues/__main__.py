"""Start the stand-in venues: `python -m oraculum_dev.venues --listen 127.0.0.1:8700 --mode sim`."""

import sys

from oraculum_dev.venues.stand_in.service import run
from oraculum_dev.venues.stand_in.settings import read

if __name__ == "__main__":
    run(read(sys.argv[1:]))
