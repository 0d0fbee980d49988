"""A package, so that a dependency that installs a `tests` of its own does not stand before it."""
