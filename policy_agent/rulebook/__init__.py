"""YAML text to rules: reading, shapes, references, meaning, examples; all problems in one go."""
