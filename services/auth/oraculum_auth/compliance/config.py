"""What compliance reads from the environment: files of lists and rules, and the provider of identity checks."""

from dataclasses import dataclass

import httpx

from oraculum_auth.compliance.kyc import Screens
from oraculum_auth.compliance.provider import KycProvider
from oraculum_auth.compliance.rules import Jurisdictions
from oraculum_auth.compliance.screening import Networks, Sanctions
from oraculum_auth.compliance.sumsub import Sumsub, SumsubConfig
from oraculum_auth.locations import locations
from oraculum_kit.clock import Clock
from oraculum_kit.config import Environment


@dataclass(frozen=True, slots=True)
class ScreensConfig:
    """Files; what is not given is what comes along, or nothing."""

    geoip_file: str | None
    jurisdictions_file: str | None
    sanctions_file: str | None
    networks_file: str | None

    @classmethod
    def read_from(cls, environment: Environment) -> "ScreensConfig":
        """GEOIP_FILE, JURISDICTION_RULES_FILE, SANCTIONS_FILE, REFUSED_NETWORKS_FILE."""
        return cls(
            environment.optional("GEOIP_FILE"),
            environment.optional("JURISDICTION_RULES_FILE"),
            environment.optional("SANCTIONS_FILE"),
            environment.optional("REFUSED_NETWORKS_FILE"),
        )

    def read(self) -> Screens:
        """Read all of them; a file that is not right keeps auth from starting."""
        return Screens(
            Jurisdictions.read(self.jurisdictions_file),
            Sanctions.read(self.sanctions_file),
            Networks.read(self.networks_file),
            locations(self.geoip_file),
        )


@dataclass(frozen=True, slots=True)
class KycConfig:
    """Which provider checks identities; none means that administrators decide."""

    sumsub: SumsubConfig | None

    @classmethod
    def read_from(cls, environment: Environment) -> "KycConfig":
        """KYC_PROVIDER, and what the provider wants to know."""
        if environment.choice("KYC_PROVIDER", ("manual", "sumsub"), "manual") == "manual":
            return cls(None)
        return cls(
            SumsubConfig(
                url=environment.text("KYC_URL", "https://api.sumsub.com").rstrip("/"),
                level=environment.text("KYC_LEVEL", "basic-kyc-level"),
                app_token=environment.secret("KYC_APP_TOKEN"),
                app_secret=environment.secret("KYC_APP_SECRET"),
                webhook_secret=environment.secret("KYC_WEBHOOK_SECRET"),
            )
        )

    def provider(self, http: httpx.AsyncClient, clock: Clock) -> KycProvider | None:
        """The provider, if there is one."""
        return None if self.sumsub is None else Sumsub(self.sumsub, http, clock)
