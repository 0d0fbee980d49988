"""`/metrics`: how the agent does, in numbers for Prometheus; nothing of people."""
