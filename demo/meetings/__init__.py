"""A week of meetings: clashes at lunch, a focus Wednesday, supervision, and what comes of them."""
