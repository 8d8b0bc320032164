"""Outgoing webhooks: what a person's programs asked to be told, signed, in order, sent until it is taken."""
