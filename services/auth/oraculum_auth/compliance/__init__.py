"""Who people really are, where they are, and what must be reported."""
