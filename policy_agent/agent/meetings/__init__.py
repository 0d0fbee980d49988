"""What the agent does about meetings: a verb a module."""
