"""Gives every test of the workspace the shared fixtures, and hypothesis as long as the machine takes."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["oraculum_dev.testing"]

# Speed is measured in benchmarks and asserted nowhere: a machine that stands still for a second is no failure. Nor is a seed
# by which most inputs are left out at first; where none is left at all, a test still fails.
settings.register_profile(
    "unhurried",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("unhurried")
