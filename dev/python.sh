#!/bin/sh
# Prints the Python that .venv is made of: the system's own where it will do, else whatever `python3` is.
# Distributions build theirs with profile-guided optimisation; what pyenv and its like compile is an eighth slower
# unless it was told to (docs/adr/0090-the-systems-own-python-first.md).
for python in /usr/bin/python3 python3; do
  if "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "$python"
    exit
  fi
done
echo python3
