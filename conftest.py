"""Gives every test of the workspace the shared fixtures."""

pytest_plugins = ["oraculum_dev.testing"]
