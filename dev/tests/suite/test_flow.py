"""Rates are read from the counters of Prometheus' text format."""

import pytest

from oraculum_dev.suite.flow import sums

PAGE = """
# HELP oraculum_rpc_server_handled_total Calls answered, by status.
# TYPE oraculum_rpc_server_handled_total counter
oraculum_rpc_server_handled_total{code="OK",method="/a} b/C"} 12.0
oraculum_rpc_server_handled_total{code="INTERNAL",method="/a/D"} 3.0 1700000000000
oraculum_rpc_server_handled_created{code="OK"} 1.7e9
oraculum_outbox_published_total 5.0 1700000000000
process_cpu_seconds_total 9.0
"""


def test_adds_up_all_labels_of_the_counters_we_show() -> None:
    assert {"calls": 15.0, "facts out": 5.0} == sums(PAGE)


@pytest.mark.parametrize("page", ["", "not metrics at all"])
def test_a_page_without_them_has_no_flow(page) -> None:
    assert {} == sums(page)
