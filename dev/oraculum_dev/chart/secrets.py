"""`oraculum secrets [--namespace N] [--prefix P]`: make every secret that the chart refers to, as manifests for kubectl.

    oraculum secrets | kubectl apply -f -
    oraculum secrets --files                  for compose.yaml (secret_files.py)

Run the first once for a namespace: applying it again would change the keys, and with them end every session. What it prints
is all there is; nothing is kept here.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from oraculum_dev.chart import secret_files
from oraculum_dev.infrastructure.databases import role_of
from oraculum_dev.project import SERVICES
from oraculum_dev.suite.keys import SIGNERS, Keys


def main(arguments: Sequence[str]) -> int:
    """Print the manifests."""
    parser = argparse.ArgumentParser(prog="oraculum secrets")
    parser.add_argument("--namespace", default="oraculum")
    parser.add_argument(
        "--prefix", default="oraculum-postgres", help="postgres.credentialsPrefix of the values"
    )
    parser.add_argument("--smtp-url", default="smtp://mail.example.com:587", help="where mails are sent")
    parser.add_argument(
        "--files",
        nargs="?",
        type=Path,
        const=secret_files.FOLDER,
        metavar="FOLDER",
        help="write them as files for compose.yaml instead",
    )
    options = parser.parse_args(arguments)
    if options.files:
        secret_files.write(options.files)
        print(f"compose.yaml finds its secrets in {options.files}", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory(prefix="oraculum-secrets-") as folder:
        keys = Keys(Path(folder))
        keys.ensure()
        manifests = secrets(keys, options.namespace, options.prefix, options.smtp_url)
    yaml.safe_dump_all(manifests, sys.stdout, sort_keys=False, explicit_start=True)
    return 0


def secrets(keys: Keys, namespace: str, prefix: str, smtp_url: str) -> list[dict[str, Any]]:
    """Keys to sign with, the key of people's tokens, those of their data, the way to the mail server, passwords of roles."""
    signing = {f"{name}.pem": keys.service_key(name).read_text() for name in SIGNERS}
    signing["services.jwks.json"] = keys.public_keys.read_text()
    return [
        _secret("oraculum-service-keys", namespace, signing),
        _secret("oraculum-token-key", namespace, {"token.pem": keys.token_key.read_text()}),
        _secret("oraculum-data-keys", namespace, {"data.json": keys.data_keys.read_text()}),
        _secret("oraculum-smtp", namespace, {"url": smtp_url}),
        *(
            _secret(
                f"{prefix}-{service}",
                namespace,
                {"username": role_of(service), "password": keys.password(role_of(service))},
                kind="kubernetes.io/basic-auth",
            )
            for service in SERVICES
        ),
    ]


def _secret(name: str, namespace: str, values: Mapping[str, str], *, kind: str = "Opaque") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/part-of": "oraculum"},
        },
        "type": kind,
        "stringData": dict(values),
    }
