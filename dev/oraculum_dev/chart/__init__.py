"""The chart: rendered by Helm's own engine, in this process, and committed as plain manifests."""
