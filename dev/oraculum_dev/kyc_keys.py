"""What the stand-in for the provider of identity checks and a developer's auth know each other by. It protects nothing."""

from typing import Final

APP_TOKEN: Final = "development-token"  # noqa: S105
APP_SECRET: Final = "development-secret"  # noqa: S105
WEBHOOK_SECRET: Final = "development-webhook-secret"  # noqa: S105
