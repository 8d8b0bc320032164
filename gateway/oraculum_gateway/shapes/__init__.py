"""The shapes of the public surface: what requests and answers look like, as pydantic models.

The same models check what comes in and describe it in the OpenAPI document, so the two cannot differ.
"""
