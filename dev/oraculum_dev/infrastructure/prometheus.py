"""Prometheus as the system has it, with the rules that the chart installs: for `make up OBSERVE=1`."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from oraculum_dev.infrastructure.ports import HOST
from oraculum_dev.infrastructure.programs import Program, ProgramError
from oraculum_dev.project import ROOT

RULES = ROOT / "helm" / "oraculum" / "files" / "rules"
SCRAPE_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Prometheus:
    """One server: its folder, its port, and whom it reads."""

    folder: Path
    port: int
    log: Path
    # Names of processes and the ports of their internal pages; `service` is the name without the replica's number.
    targets: Mapping[str, int]
    name: str = "prometheus"
    timeout_seconds: float = 60

    @property
    def url(self) -> str:
        """Where people look at it."""
        return f"http://{HOST}:{self.port}"

    def prepare(self) -> None:
        """Write its settings; the same labels that the chart's ServiceMonitor gives."""
        if shutil.which("prometheus") is None:
            raise ProgramError(
                "OBSERVE=1 needs prometheus on the PATH (Debian has it in the package prometheus)"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "evaluation_interval": f"{SCRAPE_SECONDS}s"},
            "rule_files": [str(path) for path in sorted(RULES.glob("*.yaml"))],
            "scrape_configs": [
                {
                    "job_name": "oraculum",
                    "static_configs": [
                        {"targets": [f"{HOST}:{port}"], "labels": {"service": process.rstrip("-0123456789")}}
                        for process, port in self.targets.items()
                    ],
                }
            ],
        }
        (self.folder / "prometheus.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))

    def program(self) -> Program:
        """How the server is started."""
        return Program(
            name=self.name,
            command=[
                str(shutil.which("prometheus")),
                f"--config.file={self.folder / 'prometheus.yaml'}",
                f"--storage.tsdb.path={self.folder / 'data'}",
                "--storage.tsdb.retention.time=2d",
                f"--web.listen-address={HOST}:{self.port}",
                "--log.level=warn",
            ],
            directory=self.folder,
            log=self.log,
            environment={"HOME": str(self.folder)},
        )

    def ready(self) -> bool:
        """Tell whether the server answers."""
        try:
            return httpx.get(f"{self.url}/-/ready", timeout=1).is_success
        except httpx.HTTPError:
            return False
