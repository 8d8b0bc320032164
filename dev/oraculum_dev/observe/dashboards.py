"""Boards in Grafana's form, made with its own SDK so that a field that Grafana does not know cannot be written."""

from typing import Final

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    Threshold,
    ThresholdsMode,
)

from oraculum_dev.observe.board import Board, Panel
from oraculum_dev.observe.boards import BOARDS

_SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
_WIDTH: Final = 24
_NUMBER_HEIGHT: Final = 4
_LINES_HEIGHT: Final = 8
_PER_LINE: Final = 4


def dashboards() -> dict[str, str]:
    """Each dashboard as JSON, by its name."""
    return {
        board.name: JSONEncoder(sort_keys=True, indent=2).encode(_dashboard(board).build()) + "\n"
        for board in BOARDS
    }


def _dashboard(board: Board) -> dashboard.Dashboard:
    made = (
        dashboard.Dashboard(board.title)
        .uid(f"oraculum-{board.name}")
        .description(board.description)
        .tags(["oraculum"])
        .editable()
        .refresh("15s")
        .time("now-1h", "now")
        .timezone("utc")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(dashboard.DatasourceVariable("datasource").label("Source").type("prometheus"))
    )
    for row in board.rows:
        made = made.with_row(dashboard.Row(row.title))
        span = _WIDTH // min(_PER_LINE, max(1, len(row.panels)))
        for panel in row.panels:
            made = made.with_panel(_number(panel, span) if panel.is_number else _lines(panel, span))
    return made


def _lines(panel: Panel, span: int) -> timeseries.Panel:
    made = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.description)
        .datasource(_SOURCE)
        .unit(panel.unit)
        .min(0)
        .span(span)
        .height(_LINES_HEIGHT)
        .fill_opacity(8)
        .line_width(1)
        .legend(
            common.VizLegendOptions()
            .display_mode(common_models.LegendDisplayMode.LIST)
            .placement(common_models.LegendPlacement.BOTTOM)
            .show_legend(show_legend=True)
        )
    )
    if panel.threshold is not None:
        made = made.thresholds(_thresholds(panel.threshold)).thresholds_style(
            common.GraphThresholdsStyleConfig().mode(common_models.GraphTresholdsStyleMode.DASHED)
        )
    for target in _targets(panel):
        made = made.with_target(target)
    return made


def _number(panel: Panel, span: int) -> stat.Panel:
    made = (
        stat.Panel()
        .title(panel.title)
        .description(panel.description)
        .datasource(_SOURCE)
        .unit(panel.unit)
        .span(span)
        .height(_NUMBER_HEIGHT)
    )
    if panel.threshold is not None:
        made = made.thresholds(_thresholds(panel.threshold))
    for target in _targets(panel):
        made = made.with_target(target.instant())
    return made


def _targets(panel: Panel) -> list[prometheus.Dataquery]:
    return [
        prometheus.Dataquery()
        .expr(query.expression)
        .legend_format(query.legend)
        .ref_id(chr(ord("A") + place))
        for place, query in enumerate(panel.queries)
    ]


def _thresholds(value: float) -> dashboard.ThresholdsConfig:
    return (
        dashboard.ThresholdsConfig()
        .mode(ThresholdsMode.ABSOLUTE)
        .steps([Threshold(value=None, color="green"), Threshold(value=value, color="red")])
    )
