"""YAML as editors read it: version 1.2, core schema (https://yaml.org/spec/1.2.2/#103-core-schema).

PyYAML reads version 1.1, where 12:30 is 750 and a day is a date.
"""

import re
from typing import Any

import yaml


class CoreLoader(yaml.SafeLoader):
    """Text, but for null, true and false, and numbers."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  PyYAML's own way


for tag, pattern, first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    (
        "float",
        r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$",
        list("-+.0123456789"),
    ),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def read(text: bytes) -> Any:
    """Return what an editor sees; `yaml.YAMLError` where it underlines the YAML itself."""
    return yaml.load(text, Loader=CoreLoader)  # noqa: S506  a SafeLoader
