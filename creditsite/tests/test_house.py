"""The rules of the house that no linter knows; CONTRIBUTING.md gives their reasons."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from rest_framework.serializers import IntegerField

from creditsite.kernel.api import StrictSerializer, WholeNumberField
from creditsite.kernel.errors import DomainError
from creditsite.kernel.problems import EDGE_TITLES

BASE_DIR = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("creditsite", "wallet", "billing", "disputes", "stripe_sandbox")
LONGEST_FILE = 300
LONGEST_FUNCTION = 50
TOP_LEVEL = {
    *PACKAGES,
    *("templates", "static", "tests", "benchmarks", "docs", ".ci"),
    *("manage.py", "pytest.ini", "pyproject.toml", "Makefile", ".env.example", ".gitignore"),
    *("requirements.txt", "requirements.in"),
    *("requirements-production.txt", "requirements-production.in"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
}
FORBIDDEN_NAMES = {"services.py", "utils.py", "helpers.py", "managers.py", "signals.py"}
WRITES = {
    *("save", "create", "update", "delete", "bulk_create", "bulk_update"),
    *("get_or_create", "update_or_create"),
}
# Where rows may be written: verbs, what they are made of, and what tests and migrations need.
WRITERS = {"actions", "models", "migrations", "tests"}
WRITER_FILES = {"wallet/ledger.py"}


def tracked_files() -> list[Path]:
    """Return what git holds or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        check=False,
        capture_output=True,
        cwd=BASE_DIR,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    found = [Path(name) for name in listed.stdout.split("\0") if name]
    return [path for path in found if (BASE_DIR / path).is_file()]


def sources(*suffixes: str) -> Iterator[Path]:
    """Yield our own files with one of the suffixes, relative to the checkout."""
    for folder in (*PACKAGES, "templates", "static", "tests", "benchmarks"):
        for path in sorted((BASE_DIR / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path.relative_to(BASE_DIR)


def python_sources() -> Iterator[tuple[Path, ast.Module]]:
    """Yield our Python files without migrations, parsed."""
    for path in sources(".py"):
        if "migrations" not in path.parts:
            yield path, ast.parse((BASE_DIR / path).read_text())


def test_files_are_short() -> None:
    long = {
        str(path): lines
        for path in sources(".py", ".html", ".css", ".js", ".sql")
        if "migrations" not in path.parts and "vendor" not in path.parts
        if (lines := len((BASE_DIR / path).read_text().splitlines())) > LONGEST_FILE
    }
    assert not long


def test_functions_are_short() -> None:
    long = {
        f"{path}:{node.lineno} {node.name}": lines
        for path, tree in python_sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert not long


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [str(path) for path in sources(".py") if path.name in FORBIDDEN_NAMES]


def test_the_top_level_holds_what_the_house_names() -> None:
    assert {path.parts[0] for path in tracked_files()} <= TOP_LEVEL


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    pattern = re.compile(r"(?<![\w.:/])/(?:home|Users|root|work)/\w+")
    found = []
    for path in tracked_files():
        try:
            text = (BASE_DIR / path).read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path}: {match}" for match in pattern.findall(text)]
    assert not found


def test_pages_ask_with_dialogs() -> None:
    asks = re.compile(r"\b(?:alert|confirm)\(")
    found = [str(path) for path in sources(".js", ".html") if asks.search(_text(path))]
    assert not found


def test_templates_make_no_queries() -> None:
    found = [str(path) for path in sources(".html") if re.search(r"\.objects\b", _text(path))]
    assert not found


def test_only_actions_models_and_the_ledger_write_our_rows() -> None:
    ours = {
        model.__name__
        for app in apps.get_app_configs()
        if app.name.split(".")[0] in PACKAGES
        for model in app.get_models()
    }
    found = [
        f"{path}:{call.lineno} {ast.unparse(call.func)}"
        for path, tree in python_sources()
        if path.parts[0] in ("creditsite", "wallet", "billing", "disputes")
        if not WRITERS.intersection(path.parts) and str(path) not in WRITER_FILES
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _writes(call, ours)
    ]
    assert not found


def _writes(call: ast.Call, models: set[str]) -> bool:
    """Tell whether the call writes rows of one of the models, as far as its text shows."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    receiver = ast.unparse(call.func.value)
    if ".objects" in receiver:
        return receiver.split(".", 1)[0] in models
    if call.func.attr in ("save", "delete"):
        harmless = ("form", "super()", "serializer", "session", "request.session", "cache")
        return not receiver.startswith((*harmless, "client()"))
    return receiver in ("queryset", "qs")


def test_whole_numbers_that_the_api_reads_are_plain_digits() -> None:
    import_module("creditsite.api_urls")
    found = [
        f"{kind.__name__}.{name}"
        for kind in _subclasses(StrictSerializer)
        for name, field in kind().fields.items()
        if isinstance(field, IntegerField) and not isinstance(field, WholeNumberField)
    ]
    assert not found


def _subclasses(kind: type[StrictSerializer]) -> Iterator[type[StrictSerializer]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def test_every_problem_is_documented_under_a_code_of_its_own() -> None:
    problems = BASE_DIR / "docs/problems.md"
    codes = [error.code for error in _refusals(DomainError)] + list(EDGE_TITLES)
    assert not [code for code, count in Counter(codes).items() if count > 1]
    headings = set(re.findall(r"^#+ `?(\w+)`?", problems.read_text(), re.MULTILINE))
    assert not set(codes) - headings


def _refusals(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for error in kind.__subclasses__():
        if ".tests." not in error.__module__:
            yield error
            yield from _refusals(error)


def _text(path: Path) -> str:
    return (BASE_DIR / path).read_text()
