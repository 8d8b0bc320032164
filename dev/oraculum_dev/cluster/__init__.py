"""A real control plane on this machine, with nodes that only pretend: what Helm does to it is what it does to a cluster."""
