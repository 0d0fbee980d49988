"""Identifiers as long and as case-sensitive as Exchange's."""

import base64
import os
import uuid

_CHANGES = "CQAAABYAAAD"


def new_immutable_id() -> str:
    """Return an id that a message keeps over its moves (C/outlook-immutable-id)."""
    return "AAkALgAAAAAAHYQDEapmEc2byACqAC-" + _random(63)


def new_mutable_id() -> str:
    """Return an id that a message loses with its next move."""
    return "AAMkAGI2" + _random(105) + "AAA="


def new_change_key() -> str:
    """Return a `changeKey`, which every change of an item renews."""
    return _CHANGES + _random(18)


def new_conversation_id() -> str:
    return "AAQkAGI2" + _random(48)


def new_conversation_index() -> str:
    """Return 22 bytes in base64 that reads the same in both of its alphabets."""
    return base64.b64encode(b"\1" + os.urandom(21), b"AA").decode()


def new_uid_tail() -> str:
    """Return the end of an iCalUId, which tells one meeting from another."""
    return os.urandom(36).hex().upper()


def folder_id(owner: str, name: str) -> str:
    """Return the id of a folder that every mailbox has: the same at each start."""
    stable = uuid.uuid5(uuid.UUID(owner), name).bytes + uuid.uuid5(uuid.UUID(owner), "f").bytes
    return "AAMkAGI2" + base64.urlsafe_b64encode(stable * 2 + stable[:25]).decode() + "AAA="


def new_folder_id() -> str:
    return "AAMkAGI2" + _random(87) + "AAA="


def _random(size: int) -> str:
    return base64.urlsafe_b64encode(os.urandom(size)).decode().rstrip("=")
