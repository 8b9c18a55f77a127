"""The shape of the code (design.md §1, conventions.md): who may import whom, layers, sizes, where writes happen."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.migrations.loader import MigrationLoader

from core.scope import ScopedQuerySet, ScopePath

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT = {
    "core": set(),
    "accounts": {"core"},
    "grids": {"core", "accounts"},
    "stories": {"core", "accounts", "grids"},
    "volunteers": {"core", "accounts", "grids", "stories"},
    "events": {"core", "accounts", "grids", "stories", "volunteers"},
    "honours": {"core", "accounts", "grids", "stories", "volunteers"},
    "portal": {"core", "accounts", "grids", "stories", "volunteers", "events", "honours"},
}
APPS = list(MAY_IMPORT)

LAYERS = {
    "states": 0,
    "access": 0,
    "models": 1,
    "services": 2,
    "forms": 3,
    "views": 4,
    "admin": 4,
    "urls": 5,
}
"""A module imports nothing of its app that stands further right; modules not named here import no page."""

FUNCTION_LINES = 40
FILE_LINES = 500

WRITES = {
    "save",
    "delete",
    "update",
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "set",
}
WRITERS = {
    "core/records.py", "core/states.py", "core/audit.py", "core/versions.py",
    "accounts/notices.py", "accounts/outbox.py",
}  # fmt: skip
"""The mechanisms that write; besides them only services do."""

WRITES_ALLOWED: dict[str, str] = {
    "core/images.py": "writes picture files, no rows",
    "portal/pages/qr.py": "draws a picture",
    "accounts/second_factor.py": "the service of django-allauth's tables, with the rules that read them",
}
"""Files with a call that looks like a write or is one, each with the reason why it may stand there."""

NOT_SCOPED = {
    "core.Transition": "append-only, met through its object",
    "core.AuditEntry": "append-only, met through its object",
    "core.ReasonText": "met through its transition",
    "core.CommunityVersion": "one number a community, no content",
}


def python_files(app: str, *, migrations: bool = False) -> list[Path]:
    found = sorted((ROOT / app).rglob("*.py"))
    return [path for path in found if migrations or "migrations" not in path.parts]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> Iterator[str]:
    """Every absolute module name that the file imports; `from a import b` gives "a.b" too."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


# --- between apps -------------------------------------------------------------------------------------------------


def test_rules_speak_of_every_app():
    ours = {Path(config.path).name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert ours == set(APPS)


def test_imports_form_the_declared_graph():
    for app, below in MAY_IMPORT.items():
        for lower in below:
            assert MAY_IMPORT[lower] < below, f"{app} may import {lower}, but not all that {lower} imports"


@pytest.mark.parametrize("app", APPS)
def test_app_imports_only_what_lies_below(app):
    wrong = {
        f"{name_of(path)}: {module}"
        for path in python_files(app)
        for module in imported(path)
        if (top := module.split(".")[0]) in MAY_IMPORT and top != app and top not in MAY_IMPORT[app]
    }
    assert not wrong


@pytest.mark.parametrize("app", APPS)
def test_models_are_looked_up_only_below(app):
    wrong = []
    for path in python_files(app, migrations=True):
        for call in calls(path):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "get_model" and call.args:
                label = call.args[0].value if isinstance(call.args[0], ast.Constant) else ""
                top = str(label).split(".")[0]
                if top in MAY_IMPORT and top != app and top not in MAY_IMPORT[app]:
                    wrong.append(f"{name_of(path)}: {label}")
    assert not wrong


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in MAY_IMPORT]


def test_relations_point_down_and_have_no_name_above():
    wrong = []
    for model in our_models():
        app = model._meta.app_label
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not getattr(field, "remote_field", None) or field.auto_created or not isinstance(target, type):
                continue
            there = target._meta.app_label
            if there not in MAY_IMPORT or there == app:
                continue
            actor = app == "core" and target._meta.label == settings.AUTH_USER_MODEL
            unnamed = str(field.remote_field.related_name).endswith("+")
            if not unnamed or not (actor or there in MAY_IMPORT[app]):
                wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert not wrong


def test_migrations_depend_only_on_what_lies_below():
    disk = MigrationLoader(None).disk_migrations
    users = settings.AUTH_USER_MODEL.split(".")[0]
    wrong = [
        f"{app}.{name}: {other}"
        for (app, name), migration in disk.items()
        if app in MAY_IMPORT
        for other, _migration in migration.dependencies
        if other in MAY_IMPORT and other != app and other not in MAY_IMPORT[app] and (app, other) != ("core", users)
    ]
    assert not wrong


def test_migrations_are_named():
    disk = MigrationLoader(None).disk_migrations
    assert not [f"{app}.{name}" for app, name in disk if app in MAY_IMPORT and "_auto_" in name]


# --- templates ----------------------------------------------------------------------------------------------------

TEMPLATES = sorted({*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")})
FRAMES = {"base.html", "private.html", "error.html"}
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)


def template_name(path: Path) -> str:
    return path.relative_to(next(part for part in path.parents if part.name == "templates")).as_posix()


def template_app(name: str) -> str:
    """The app a template belongs to; frames, parts and errors are portal's, components core's."""
    top = name.split("/")[0] if "/" in name else ""
    if top in MAY_IMPORT:
        return top
    return "core" if top == "components" else "portal"


def source(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_template_links_only_to_pages_below(path):
    app = template_app(template_name(path))
    spaces = re.findall(r"{%\s*url\s+[\"']([\w-]+):", source(path))
    assert {space for space in spaces if space in MAY_IMPORT} <= MAY_IMPORT[app] | {app}


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_template_extends_and_includes_only_what_lies_below(path):
    app = template_app(template_name(path))
    used = re.findall(r"{%\s*(?:extends|include)\s+[\"']([^\"']+)", source(path))
    shared = [name for name in used if name in FRAMES or name.startswith(("components/", "parts/", "admin/"))]
    owners = {template_app(name) for name in used if name not in shared and (ROOT / "templates" / name).exists()}
    assert owners <= MAY_IMPORT[app] | {app}


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_template_has_no_inline_style_or_script_and_asks_no_other_site(path):
    text = source(path)
    assert not re.search(r"<style\b|\sstyle\s*=", text, re.IGNORECASE)
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", text, re.IGNORECASE)
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text, re.IGNORECASE)
    assert not re.search(r"\b(?:src|srcset|action)\s*=\s*[\"']?(?:https?:)?//", text, re.IGNORECASE)
    assert not re.search(r"<link\b[^>]*href=[\"']?(?:https?:)?//", text, re.IGNORECASE)
    assert "javascript:" not in text and "autoescape off" not in text
    # Django's help texts and literals of the template itself are ours; everything else is escaped.
    assert "|safe" not in re.sub(r"(?:'[^']*'|\.help_text)\|safe", "", text)


# --- inside an app ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("app", [app for app in APPS if app not in ("core", "portal")])
def test_layers_import_only_to_their_left(app):
    wrong = []
    for path in python_files(app):
        layer = path.relative_to(ROOT / app).parts[0].removesuffix(".py")
        for module in imported(path):
            parts = module.split(".")
            if parts[0] != app or len(parts) < 2 or parts[1] == layer or layer == "apps":
                continue
            target = LAYERS.get(parts[1], -1)
            if target > LAYERS.get(layer, LAYERS["forms"]) or {layer, parts[1]} == {"views", "admin"}:
                wrong.append(f"{name_of(path)}: {module}")
    assert not wrong


ALL_FILES = [path for app in APPS for path in python_files(app)] + sorted((ROOT / "tests").rglob("*.py"))


def code_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring, which is its contract."""
    first = function.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    contract = first.end_lineno - first.lineno + 1 if has_docstring and len(function.body) > 1 else 0
    return function.end_lineno - function.lineno + 1 - contract


def test_files_and_functions_stay_short():
    wrong = []
    for path in ALL_FILES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            wrong.append(f"{name_of(path)}: {lines} lines")
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef) and (length := code_lines(node)) > FUNCTION_LINES:
                wrong.append(f"{name_of(path)}: {node.name} has {length} lines")
    assert not wrong


def test_modules_are_named_after_what_they_hold():
    vague = {"utils", "helpers", "misc", "common", "tools"}
    assert not [name_of(path) for path in ALL_FILES if path.stem in vague]


def test_no_model_signals():
    wrong = [
        name_of(path)
        for app in APPS
        for path in python_files(app)
        if any(module.startswith("django.db.models.signals") for module in imported(path))
    ]
    assert not wrong


# --- models and writes --------------------------------------------------------------------------------------------


def test_every_model_says_where_its_rows_belong():
    assert not [
        model._meta.label
        for model in our_models()
        if not isinstance(getattr(model, "scope_path", None), ScopePath) and model._meta.label not in NOT_SCOPED
    ]
    declared = [model for model in our_models() if isinstance(model._default_manager.all(), ScopedQuerySet)]
    assert declared and all(isinstance(model.scope_path, ScopePath) for model in declared)


def test_models_have_no_side_effects():
    for model in our_models():
        assert "save" not in vars(model) and "delete" not in vars(model), model._meta.label


def service_modules(path: Path) -> set[str]:
    """Names under which the file knows `records`, `services` and the modules of a services package."""
    found = {"records", "services"}
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module.endswith(".services"):
            found |= {alias.asname or alias.name for alias in node.names}
    return found


def is_write(call: ast.Call, services: set[str]) -> bool:
    """Whether the call looks like one that writes rows; services, own methods and plain mappings are not meant."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    receiver = ast.unparse(call.func.value)
    if receiver in services | {"self", "super()", "kwargs", "cache"} or receiver.endswith("session"):
        return False
    if call.func.attr == "update":  # that of a queryset takes names only
        return bool(call.keywords) and not call.args
    if call.func.attr == "save":  # a form that does not commit writes nothing
        return not any(word.arg == "commit" for word in call.keywords)
    return call.func.attr != "set" or "." in receiver  # many-to-many names stand on an object


def writes(path: Path) -> bool:
    services = service_modules(path)
    return any(is_write(call, services) for call in calls(path))


@cache
def writing_files() -> frozenset[str]:
    return frozenset(
        name_of(path)
        for app in APPS
        for path in python_files(app)
        if "services" not in (path.stem, path.parent.name) and name_of(path) not in WRITERS and writes(path)
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("Grid.objects.filter(pk=1).update(name='x')", True),
        ("names.update(other)", False),
        ("grid.save()", True),
        ("grid.save(update_fields=['name'])", True),
        ("form.save(commit=False)", False),
        ("records.save(grid, by=user)", False),
        ("Grid.objects.create(name='x')", True),
        ("team.themes.set([])", True),
        ("cache.set('a', 1)", False),
    ],
)
def test_a_write_is_told_from_what_only_looks_like_one(code, expected):
    assert is_write(ast.parse(code, mode="eval").body, {"records", "services"}) == expected


def test_rows_are_written_by_services_only():
    assert writing_files() - set(WRITES_ALLOWED) == set()


def test_list_of_exceptions_is_not_longer_than_needed():
    assert set(WRITES_ALLOWED) - writing_files() == set()
    labels = {model._meta.label for model in our_models()}
    assert set(NOT_SCOPED) <= labels
