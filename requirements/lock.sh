#!/bin/sh
# Resolves every package's dependencies for all platforms and pins them by hash, without a download address.
set -eu
cd "$(dirname "$0")/.."
compile() {
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
    --no-emit-package oraculum-kit --no-emit-package oraculum-protos --no-emit-package oraculum-money \
    --no-emit-package oraculum-client "$@"
}
compile requirements/bootstrap.in -o requirements/bootstrap.txt
compile requirements/tools.in protos/pyproject.toml libs/*/pyproject.toml services/*/pyproject.toml \
  gateway/pyproject.toml clients/*/pyproject.toml dev/pyproject.toml -o requirements/all.txt
compile requirements/builder.in --constraint requirements/all.txt -o requirements/builder.txt
# What each image holds: only what its one process needs, in the versions of the whole.
image() {
  compile protos/pyproject.toml libs/*/pyproject.toml "$@" --constraint requirements/all.txt
}
image -o requirements/images/prepare.txt
image requirements/stand-in.in -o requirements/images/stand-in.txt
for package in services/* gateway; do
  image "$package/pyproject.toml" -o "requirements/images/$(basename "$package").txt"
done
if grep -nE '://|file:' requirements/*.txt requirements/images/*.txt; then
  echo "a lock file carries an address" >&2
  exit 1
fi
