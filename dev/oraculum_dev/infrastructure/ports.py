"""Ports on the loopback interface: a free one, whether one is taken, and by whom."""

import socket

import psutil

HOST = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody listens on now; the kernel gives each out only once in a long while."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port."""
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT after a restart is not taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def answers(port: int, timeout_seconds: float = 0.5) -> bool:
    """Tell whether somebody accepts connections on this port."""
    try:
        with socket.create_connection((HOST, port), timeout_seconds):
            return True
    except OSError:
        return False


def owner(port: int) -> str:
    """Name the process that listens on a port, as far as this user may know."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
            if listens and connection.pid:
                process = psutil.Process(connection.pid)
                return f"{process.name()} (process {process.pid}, in {process.cwd()})"
    except psutil.Error:
        pass
    return "another process"
