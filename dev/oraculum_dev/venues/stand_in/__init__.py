"""What only the stand-in has and no venue: its settings, its state, and the control of both."""
