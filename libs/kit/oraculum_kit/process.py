"""How a process starts: uvloop, and a configuration error as a sentence instead of a traceback."""

import gc
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Self

import uvloop

from oraculum_kit.authorization import Trust
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock
from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.keys import JwksKeys, KeySource, jwks_file, private_key
from oraculum_kit.tls import Tls
from oraculum_kit.tokens import ServiceIdentity, service_tokens, user_tokens

EXIT_CONFIGURATION: Final = 78  # EX_CONFIG of sysexits.h


@dataclass(frozen=True, slots=True)
class TrustConfig:
    """Who we are, and whose tokens we believe."""

    service_name: str
    service_key: str
    service_keys_file: str
    token_issuer: str = "oraculum"  # noqa: S105  a name
    tls: Tls | None = None

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """SERVICE_KEY (or SERVICE_KEY_FILE), SERVICE_KEYS_FILE, TOKEN_ISSUER, and TLS as tls.py has it."""
        return cls(
            service_name=environment.text("SERVICE_NAME"),
            service_key=environment.secret("SERVICE_KEY"),
            service_keys_file=environment.text("SERVICE_KEYS_FILE"),
            token_issuer=environment.text("TOKEN_ISSUER", "oraculum"),
            tls=Tls.read(environment),
        )

    def identity(self, clock: Clock | None = None) -> ServiceIdentity:
        """This process, able to prove who it is."""
        return ServiceIdentity(self.service_name, private_key(self.service_key), clock, self.tls)

    def trust(
        self,
        user_keys: KeySource,
        clock: Clock | None = None,
        *,
        revoked: Callable[[User], bool] | None = None,
    ) -> Trust:
        """Verifiers of both kinds of token. `user_keys` come from auth: `JwksKeys(fetch)`.

        `revoked` is asked at every call whether a session has ended before its token did.
        """
        return Trust(
            users=user_tokens(user_keys, issuer=self.token_issuer, clock=clock, revoked=revoked),
            services=service_tokens(
                JwksKeys(jwks_file(self.service_keys_file)), own=self.service_name, clock=clock
            ),
        )


# Objects made since the last look that bring the collector of cycles to its next one. With Python's default of 700 a
# batch of orders is interrupted dozens of times to look at objects that are in no cycle.
_GARBAGE_OBJECTS: Final = 50_000


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a process's `main` to its end."""
    gc.set_threshold(_GARBAGE_OBJECTS, 10, 10)
    try:
        uvloop.run(main())
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201  there is no log yet, and a person reads this
        sys.exit(EXIT_CONFIGURATION)
