"""What is held about people, and what they agreed to."""
