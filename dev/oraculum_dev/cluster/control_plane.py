"""etcd, kube-apiserver, controller-manager and scheduler on free ports of this machine, and nodes that only pretend.

kwok plays the kubelets: pods are scheduled for real, and then said to run. So everything that Helm, the API server and
the controllers do is what they do in a cluster; only containers do not run.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from oraculum_dev.cluster.programs import Programs
from oraculum_dev.infrastructure.ports import HOST, free_port
from oraculum_dev.infrastructure.programs import Program, ProgramError, spawn, stop, wait_ready

ZONES: Final = ("a", "b", "c")
READY_SECONDS: Final = 180.0
STOP_SECONDS: Final = 20.0
# Of a cluster that lives for minutes, on loopback, in a folder of its own.
TOKEN: Final = "cluster-test"  # noqa: S105


@dataclass(frozen=True)
class ControlPlane:
    """A cluster, and the two programs that speak with it."""

    folder: Path
    programs: Programs

    @property
    def kubeconfig(self) -> Path:
        """How to reach it."""
        return self.folder / "kubeconfig"

    def kubectl(self, *arguments: str, given: str = "") -> str:
        """Run kubectl; what it said."""
        return self._run("kubectl", *arguments, given=given)

    def helm(self, *arguments: str) -> str:
        """Run Helm; what it said."""
        return self._run("helm", *arguments)

    def get(self, *arguments: str) -> list[dict[str, Any]]:
        """Objects, as the API server has them."""
        return list(json.loads(self.kubectl("get", *arguments, "--output", "json"))["items"])

    def ready(self) -> bool:
        """Whether the API server answers."""
        try:
            return self.kubectl("get", "--raw", "/readyz") == "ok"
        except ProgramError:
            return False

    def _run(self, name: str, *arguments: str, given: str = "") -> str:
        finished = subprocess.run(
            [self.programs.path(name), *arguments],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            env={"KUBECONFIG": str(self.kubeconfig), "HOME": str(self.folder), "PATH": "/usr/bin:/bin"},
        )
        if finished.returncode != 0:
            raise ProgramError(f"{name} {arguments[0]} failed:\n{finished.stderr.strip()[-3000:]}")
        return finished.stdout.strip()


@contextmanager
def running(folder: Path, programs: Programs) -> Iterator[ControlPlane]:
    """A cluster for the length of the block."""
    plane = ControlPlane(folder, programs)
    etcd, peers, api = free_port(), free_port(), free_port()
    _write_keys(folder, api)
    with ExitStack() as stack:
        stack.enter_context(_running(plane, "etcd", _etcd(folder, etcd, peers)))
        stack.enter_context(_running(plane, "kube-apiserver", _api_server(folder, etcd, api), ready=True))
        for name, arguments in _controllers(folder).items():
            stack.enter_context(_running(plane, name, arguments))
        plane.kubectl("apply", "--filename", "-", given=json.dumps(_nodes()))
        yield plane


@contextmanager
def _running(
    plane: ControlPlane, name: str, arguments: Sequence[str], *, ready: bool = False
) -> Iterator[None]:
    program = Program(
        name=name,
        command=[plane.programs.path(name), *arguments],
        directory=plane.folder,
        log=plane.folder / f"{name}.log",
        environment={"HOME": str(plane.folder), "PATH": "/usr/bin:/bin"},
    )
    process = spawn(program)
    try:
        wait_ready(process, program, plane.ready if ready else lambda: True, READY_SECONDS)
        yield
    finally:
        stop(process, program.stop_signal, STOP_SECONDS)


def _etcd(folder: Path, port: int, peers: int) -> list[str]:
    address, between = f"http://{HOST}:{port}", f"http://{HOST}:{peers}"
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={address}",
        f"--advertise-client-urls={address}",
        f"--listen-peer-urls={between}",
        f"--initial-advertise-peer-urls={between}",
        f"--initial-cluster=default={between}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _api_server(folder: Path, etcd: int, port: int) -> list[str]:
    return [
        f"--etcd-servers=http://{HOST}:{etcd}",
        f"--secure-port={port}",
        f"--bind-address={HOST}",
        f"--cert-dir={folder / 'certificates'}",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'service-accounts.pem'}",
        f"--service-account-signing-key-file={folder / 'service-accounts.pem'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
    ]


def _controllers(folder: Path) -> dict[str, list[str]]:
    kubeconfig = f"--kubeconfig={folder / 'kubeconfig'}"
    elsewhere = ["--leader-elect=false", "--secure-port=0"]
    return {
        "kube-controller-manager": [
            kubeconfig,
            *elsewhere,
            f"--service-account-private-key-file={folder / 'service-accounts.pem'}",
            "--use-service-account-credentials",
        ],
        "kube-scheduler": [kubeconfig, *elsewhere],
        "kwok": [kubeconfig, "--manage-all-nodes=true", "--node-lease-duration-seconds=40"],
    }


def _write_keys(folder: Path, port: int) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (folder / "service-accounts.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    (folder / "tokens.csv").write_text(f"{TOKEN},operator,1,system:masters\n")
    server = {"server": f"https://{HOST}:{port}", "insecure-skip-tls-verify": True}
    described = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": server}],
        "users": [{"name": "operator", "user": {"token": TOKEN}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "operator"}}],
    }
    (folder / "kubeconfig").write_text(json.dumps(described))
    (folder / "kubeconfig").chmod(0o600)


def _nodes() -> dict[str, Any]:
    """Two in each zone."""
    room = {"cpu": "32", "memory": "128Gi", "pods": "110"}
    nodes = [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": f"{zone}{number}",
                "annotations": {"kwok.x-k8s.io/node": "fake"},
                "labels": {
                    "topology.kubernetes.io/zone": zone,
                    "kubernetes.io/hostname": f"{zone}{number}",
                },
            },
            "status": {"allocatable": room, "capacity": room},
        }
        for zone in ZONES
        for number in (1, 2)
    ]
    return {"apiVersion": "v1", "kind": "List", "items": nodes}
