"""What operators see: objectives, alerts and dashboards, written as data and functions, rendered into the chart."""
