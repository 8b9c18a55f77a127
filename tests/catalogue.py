"""The Simplified Chinese catalogue: which texts the code uses, which are translated, and merging new ones.

python tests/catalogue.py --merge FILE.po ...   add or replace entries, sort, compile
python tests/catalogue.py --missing             used but translated neither here nor by Django
python tests/catalogue.py --stale               translated here but not used any more
python tests/catalogue.py --prune               remove the stale ones
"""

import argparse
import ast
import fcntl
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import django
import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
APPS = ["accounts", "core", "events", "grids", "honours", "portal", "stories", "volunteers"]
HEADER = {
    "Project-Id-Version": "linli",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
# Function → positions of (context, singular, plural) among its arguments.
FUNCTIONS = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|%[a-zA-Z]|\{[\w.!:,%\-]*\}")


class Message(NamedTuple):
    """A text of the code; `plural` and `context` are empty where there is none."""

    context: str
    text: str
    plural: str = ""


# --- what the code uses -------------------------------------------------------------------------------------------


def aliases(tree: ast.Module) -> dict[str, str]:
    """Local name → translation function, for the names a module imports from django.utils.translation."""
    return {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in FUNCTIONS
    }


def called(node: ast.Call, names: dict[str, str]) -> str | None:
    """The translation function a call goes to, if it is one."""
    if isinstance(node.func, ast.Name):
        return names.get(node.func.id)
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return node.func.attr if node.func.value.id == "translation" and node.func.attr in FUNCTIONS else None
    return None


def literal(arguments: list[ast.expr], position: int | None) -> str:
    """The text at a position; empty for a name, whose text stands elsewhere; ValueError for a text that is computed."""
    if position is None or isinstance(arguments[position], ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return ""
    value = ast.literal_eval(arguments[position])
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def in_python(source: str, path: str = "?") -> Iterator[Message]:
    """The texts that Python source passes to gettext and its relatives."""
    tree = ast.parse(source, path)
    names = aliases(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not (function := called(node, names)):
            continue
        context, text, plural = FUNCTIONS[function]
        try:
            message = Message(literal(node.args, context), literal(node.args, text), literal(node.args, plural))
        except (ValueError, IndexError) as error:
            raise ValueError(f"{path}:{node.lineno}: {function} needs literal texts") from error
        if message.text:
            yield message


def in_template(source: str, path: str = "?") -> Iterator[Message]:
    """The texts of a template's tags and filters, by way of Django's own conversion to Python-like calls."""
    for call in calls(templatize(source, origin=path)):
        yield from in_python(IMPORTS + call, path)


IMPORTS = "".join(f"from django.utils.translation import {name}\n" for name in FUNCTIONS)
CALL = re.compile(r"(?<![\w.])(_|n?p?gettext)\(")


def calls(text: str) -> Iterator[str]:
    """The source of each gettext call in `text`, read up to its closing bracket."""
    for match in CALL.finditer(text):
        for end in (m.end() for m in re.finditer(r"\)", text[match.start() :])):
            source = text[match.start() : match.start() + end]
            try:
                ast.parse(source, mode="eval")
            except SyntaxError:
                continue
            yield source.replace("_(", "gettext(", 1) if match[1] == "_" else source
            break


def sources() -> Iterator[tuple[Path, str]]:
    """Each file of the project that can hold texts, with its content."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text(encoding="utf-8")
        yield from ((path, path.read_text(encoding="utf-8")) for path in sorted((ROOT / app).rglob("templates/**/*.*")))
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt", ".svg"}:
            yield path, path.read_text(encoding="utf-8")


def used() -> dict[Message, list[str]]:
    """Every text the project uses, with the files that use it."""
    found: dict[Message, list[str]] = {}
    for path, source in sources():
        name = str(path.relative_to(ROOT))
        extract = in_python if path.suffix == ".py" else in_template
        for message in extract(source, name):
            found.setdefault(message, []).append(name)
    return found


# --- what is translated -------------------------------------------------------------------------------------------


def key(entry: polib.POEntry) -> Message:
    return Message(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def load() -> polib.POFile:
    """Our catalogue; a new one with its header where there is none."""
    catalogue = polib.pofile(str(PO)) if PO.exists() else polib.POFile()
    catalogue.metadata = dict(HEADER)
    return catalogue


def djangos() -> set[Message]:
    """What Django's own Simplified Chinese catalogues translate, for the parts we install."""
    base = Path(django.__file__).parent
    parts = ["conf", "contrib/admin", "contrib/auth", "contrib/contenttypes", "contrib/sessions"]
    files = [base / part / "locale/zh_Hans/LC_MESSAGES/django.po" for part in parts]
    return {key(entry) for file in files for entry in polib.pofile(str(file)).translated_entries()}


def missing() -> dict[Message, list[str]]:
    """Texts used without a translation. A plural also covers the same text used alone, as in gettext itself."""
    have = {key(entry) for entry in load().translated_entries()} | djangos()
    have |= {message._replace(plural="") for message in have}
    return {message: files for message, files in used().items() if message not in have}


def stale() -> list[polib.POEntry]:
    """Our entries that nothing uses."""
    texts = {message[:2] for message in used()}
    return [entry for entry in load() if key(entry)[:2] not in texts]


# --- writing ------------------------------------------------------------------------------------------------------


@contextmanager
def locked() -> Iterator[None]:
    """One writer at a time."""
    with (Path(tempfile.gettempdir()) / "linli-catalogue.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def save(catalogue: polib.POFile) -> None:
    """Write the catalogue sorted by text, and its compiled form beside it."""
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    for entry in catalogue:
        entry.occurrences, entry.flags, entry.comment, entry.tcomment = [], formats(entry), "", ""
    catalogue.wrapwidth = 10_000
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_text(str(catalogue) + "\n", encoding="utf-8")
    PO.with_suffix(".mo").write_bytes(catalogue.to_binary())


def formats(entry: polib.POEntry) -> list[str]:
    """The entry's flags, without marks that a merge has settled."""
    return [flag for flag in entry.flags if flag.endswith("-format")]


def merge(files: list[str]) -> None:
    """Add the entries of PO files to ours; an entry with the same text replaces ours."""
    with locked():
        catalogue = load()
        entries = {key(entry)[:2]: entry for entry in catalogue}
        for file in files:
            for entry in polib.pofile(file):
                entries[key(entry)[:2]] = entry
        fresh = polib.POFile()
        fresh.metadata = catalogue.metadata
        fresh.extend(entries.values())
        save(fresh)


def prune() -> None:
    """Remove what nothing uses."""
    with locked():
        gone = {key(entry) for entry in stale()}
        catalogue = load()
        fresh = polib.POFile()
        fresh.metadata = catalogue.metadata
        fresh.extend(entry for entry in catalogue if key(entry) not in gone)
        save(fresh)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--merge", nargs="+", metavar="FILE.po")
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--stale", action="store_true")
    parser.add_argument("--prune", action="store_true")
    options = parser.parse_args(arguments)
    status = 0
    if options.merge:
        merge(options.merge)
    if options.prune:
        prune()
    if options.missing:
        for message, files in sorted(missing().items()):
            print(
                f"{message.text!r}  {message.plural!r}" if message.plural else repr(message.text), "—", ", ".join(files)
            )
            status = 1
    if options.stale:
        for entry in stale():
            print(repr(entry.msgid))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
