"""The files of a rulebook: which there are, and their bytes.

Files are named as `rules/northshire.yaml`: the folder's own name and the path within it, on every
machine the same, so that a decision's clause can be found anywhere.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policy_agent.domain.where import Where
from policy_agent.rulebook.problems import Problem, quoted
from policy_agent.rulebook.reading import MOST_BYTES

MOST_FILES = 1_000
MOST_BYTES_TOGETHER = 4 * MOST_BYTES
MOST_ENTRIES = 10_000  # names looked at in folders
DEEPEST_FOLDER = 10
_EXAMPLES = (".examples.yaml", ".examples.yml")
MESSAGES = "messages"  # the folder of message texts, which are no rules


class UnreadableError(Exception):
    """A file cannot be read; the text says why and what would be right."""


@dataclass(kw_only=True, slots=True)
class Files:
    """The files of a rulebook, read once."""

    root: Path  # the rules folder, resolved
    texts: dict[str, bytes] = field(default_factory=dict)  # by name, in order
    problems: list[Problem] = field(default_factory=list)

    def name(self, path: Path) -> str:
        inside = path.relative_to(self.root).as_posix()
        return "/".join(part for part in (self.root.name, inside) if part not in {"", "."})

    def say(self, path: Path, what: str) -> None:
        name = quoted(self.name(path))[1:-1]  # a file may be called anything
        self.problems.append(Problem(where=Where(file=name, line=1), text=what))


def gather(path: Path) -> Files:
    """Read one file, or every `*.yaml` and `*.yml` in a folder and the folders below it.

    Left out are hidden files and folders, `*.examples.yaml` and `messages/`. Links are followed to
    files inside the folder only. Never raises for what is found on disk.
    """
    files, is_folder = _at(path)
    if files.problems:
        return files
    if is_folder:
        paths = _yaml_files(files, _is_rulebook)
        if not paths and not files.problems:
            files.say(files.root, "there is no .yaml file in this folder; name a rules folder")
    else:
        paths = [files.root / path.name]
    _read_all(files, paths)
    return files


def gather_examples(path: Path) -> Files:
    """Read the files of examples beside a rulebook: there may be none.

    Beside a folder that is every `*.examples.yaml` in it and below, beside `a.yaml` it is
    `a.examples.yaml`. The rest is as for `gather`.
    """
    files, is_folder = _at(path)
    if files.problems:
        return files
    if is_folder:
        paths = _yaml_files(files, _is_examples)
    else:
        beside = (path.with_suffix(suffix).name for suffix in _EXAMPLES)
        paths = [files.root / name for name in beside if os.path.lexists(files.root / name)]
    _read_all(files, paths)
    return files


def _is_examples(name: str) -> bool:
    return name.endswith(_EXAMPLES)


def _is_rulebook(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) and not _is_examples(name)


def _at(path: Path) -> tuple[Files, bool]:
    """Return no files yet, and whether the path leads to a folder."""
    try:
        root = path.resolve()
        is_folder = root.is_dir()
        root = root if is_folder else path.parent.resolve()
    except (OSError, RuntimeError, ValueError):
        files = Files(root=Path("/"))
        files.problems.append(
            Problem(
                where=Where(file=quoted(str(path))[1:-1], line=1),
                text="this path cannot be followed; name a rules folder or a rulebook file",
            )
        )
        return files, False
    return Files(root=root), is_folder


def read_inside(root: Path, path: Path) -> bytes:
    """Return the bytes of a plain file inside the folder; `UnreadableError` says why not."""
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            raise UnreadableError("it leads out of the rules folder; put the file itself there")
        status = real.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("it is no plain file; name a file")
        if status.st_size > MOST_BYTES:
            raise UnreadableError(
                f"it has {status.st_size:,} bytes; at most {MOST_BYTES:,} are read"
            )
        with real.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableError("there is no such file; check its name") from None
    except PermissionError:
        raise UnreadableError(
            "it may not be read; give the agent's account the right to read it"
        ) from None
    except (OSError, RuntimeError, ValueError) as problem:
        why = (
            problem.strerror if isinstance(problem, OSError) and problem.strerror else "a bad path"
        )
        raise UnreadableError(f"it cannot be read ({why}); check the file") from None


def hash_of(texts: Mapping[str, bytes]) -> str:
    """Return sha256 in hex over names and bytes, in the order of names, each with its length."""
    digest = hashlib.sha256()
    for name in sorted(texts):
        for part in (name.encode("utf-8", "surrogateescape"), texts[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _read_all(files: Files, paths: Iterable[Path]) -> None:
    together = 0
    for path in paths:
        try:
            text = read_inside(files.root, path)
        except UnreadableError as problem:
            files.say(path, f"the file is not used: {problem}")
            continue
        together += len(text)
        if together > MOST_BYTES_TOGETHER:
            files.say(
                path, f"all files together have more than {MOST_BYTES_TOGETHER:,} bytes; use less"
            )
            return
        files.texts[files.name(path)] = text


def _yaml_files(files: Files, wanted: Callable[[str], bool]) -> list[Path]:
    found: list[Path] = []
    looked_at = 0
    folders = [files.root]
    while folders:
        folder = folders.pop()
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208  names only, without a Path for each
        except OSError as problem:
            files.say(folder, f"the folder cannot be read ({problem.strerror}); check its rights")
            continue
        looked_at += len(names)
        if looked_at > MOST_ENTRIES:
            files.say(
                files.root, f"there are more than {MOST_ENTRIES:,} files; use a folder of rules"
            )
            return []
        for name in names:
            path = folder / name
            if name.startswith("."):
                continue
            if os.path.isdir(path):  # noqa: PTH112  never raises, where Path.is_dir may
                _enter(files, folders, path)
            elif wanted(name):
                found.append(path)
    if len(found) > MOST_FILES:
        files.say(
            files.root,
            f"there are {len(found):,} rulebook files; at most {MOST_FILES:,} are read",
        )
        return []
    return sorted(found)


def _enter(files: Files, folders: list[Path], path: Path) -> None:
    """Put a folder on the list of those still to look into, unless it is none of ours."""
    if path.name == MESSAGES:
        return
    if path.is_symlink():
        files.say(path, "this is a link to a folder; put the folder itself here")
    elif len(path.relative_to(files.root).parts) > DEEPEST_FOLDER:
        files.say(path, f"folders nest deeper than {DEEPEST_FOLDER}; make them flatter")
    else:
        folders.append(path)
