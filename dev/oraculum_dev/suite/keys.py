"""Keys and passwords of a suite: made once, kept for as long as its data."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oraculum_dev.project import SERVICES
from oraculum_kit.keyring import KeyRing
from oraculum_kit.keys import jwks, private_key, private_key_pem

SIGNERS = (*SERVICES, "gateway")


@dataclass(frozen=True)
class Keys:
    """The folder with the private keys, the set of public ones, and the passwords."""

    folder: Path

    @property
    def token_key(self) -> Path:
        """The key that signs people's access tokens; auth alone reads it."""
        return self.folder / "tokens.pem"

    @property
    def public_keys(self) -> Path:
        """The public keys of all services, by name, as a JWK set."""
        return self.folder / "services.jwks.json"

    @property
    def data_keys(self) -> Path:
        """The ring of keys under which auth keeps personal data."""
        return self.folder / "data.keys.json"

    def service_key(self, service: str) -> Path:
        """The key with which a service proves to others who it is."""
        return self.folder / f"{service}.pem"

    def password(self, role: str) -> str:
        """The password of a database role, made when it is asked for the first time."""
        path = self.folder / f"{role}.password"
        if not path.exists():
            write_secret(path, secrets.token_hex(16))
        return path.read_text()

    def ensure(self) -> None:
        """Make what is missing."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (self.token_key, *map(self.service_key, SIGNERS)):
            if not path.exists():
                write_secret(path, private_key_pem(Ed25519PrivateKey.generate()))
        if not self.data_keys.exists():
            write_secret(self.data_keys, KeyRing.new().text())
        public = [(name, private_key(self.service_key(name).read_text()).public_key()) for name in SIGNERS]
        write_secret(self.public_keys, json.dumps(jwks(public), indent=2))


def write_secret(path: Path, text: str) -> None:
    """Write a secret that is whole or absent, whatever stops us."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.replace(path)
