"""Mutual TLS between processes: each shows a certificate of the same authority, and believes nobody without one.

Off where no certificate is named, which is a laptop; the chart names them. Beside it every call still carries its tokens:
TLS says that a peer is one of ours and hides what is said, the tokens say which one and for whom.

    TLS_CERTIFICATE_FILE    our certificate and what leads to the authority, PEM
    TLS_KEY_FILE            its private key, PEM
    TLS_AUTHORITY_FILE      the authority's certificate, PEM

A renewed certificate is served from the next handshake on. A client shows the one that it read when it started, which
its authority honours until it ends: certificates must outlive the longest run of a process between two deployments.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import grpc
from cryptography import x509

from oraculum_kit import metrics
from oraculum_kit.config import Environment


@dataclass(frozen=True, slots=True)
class Tls:
    """Where the certificates are."""

    certificate_file: Path
    key_file: Path
    authority_file: Path

    @classmethod
    def read(cls, environment: Environment) -> Self | None:
        """The three files, or None when no certificate is named."""
        if environment.optional("TLS_CERTIFICATE_FILE") is None:
            return None
        return cls(
            Path(environment.text("TLS_CERTIFICATE_FILE")),
            Path(environment.text("TLS_KEY_FILE")),
            Path(environment.text("TLS_AUTHORITY_FILE")),
        )

    def server_credentials(self) -> grpc.ServerCredentials:
        """For a port that lets in only who has a certificate of our authority."""
        return grpc.dynamic_ssl_server_credentials(
            self._served(), self._served, require_client_authentication=True
        )

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """For a client that shows its certificate and believes only those of our authority."""
        shown = self.certificate_file.read_bytes()
        metrics.CERTIFICATE_ENDS.labels("shown").set(_ends_at(shown))
        metrics.CERTIFICATE_ENDS.labels("file").set_function(self._file_ends_at)
        return grpc.ssl_channel_credentials(
            self.authority_file.read_bytes(), self.key_file.read_bytes(), shown
        )

    def _file_ends_at(self) -> float:
        try:
            return _ends_at(self.certificate_file.read_bytes())
        except (OSError, ValueError):
            # Just being replaced, or broken: the page with all other numbers must not be.
            return math.nan

    def _served(self) -> grpc.ServerCertificateConfiguration:
        return grpc.ssl_server_certificate_configuration(
            [(self.key_file.read_bytes(), self.certificate_file.read_bytes())],
            root_certificates=self.authority_file.read_bytes(),
        )


def _ends_at(certificate: bytes) -> float:
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc.timestamp()
