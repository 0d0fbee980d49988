"""What the daemon does, a verb a module."""
