"""Everything that the OpenAPI document allows and forbids, asked of a running suite by Schemathesis."""
