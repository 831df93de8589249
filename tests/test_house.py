"""The house keeps its own rules, beyond what import-linter can see."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("config", "scrapers", "pipelines", "storage", "monitor")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
CLOCK = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time)\b")
ENVIRONMENT = re.compile(r"\bos\.(environ|getenv)\b")


def code_of(path: Path) -> str:
    """The source without its strings and comments."""
    return ast.unparse(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_composition_reads_clock_and_environment(path):
    """Whatever needs the time or a setting is handed it, so every run can be replayed."""
    if path == ROOT / "monitor" / "app.py":
        return
    code = code_of(path)
    assert not CLOCK.search(code), f"{path} reads the clock"
    assert not ENVIRONMENT.search(code), f"{path} reads the environment"


def test_no_error_is_swallowed():
    """No handler of ours catches everything and says nothing."""
    silent = [
        f"{path.relative_to(ROOT)}:{handler.lineno}"
        for path in MODULES
        for handler in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(handler, ast.ExceptHandler)
        and (
            handler.type is None
            or getattr(handler.type, "id", "") in {"Exception", "BaseException"}
        )
        and all(isinstance(line, ast.Pass | ast.Continue) for line in handler.body)
    ]
    assert silent == []


def test_help_imports_neither_scrapy_nor_sqlalchemy():
    """`measurewatch --help` stays quick because it loads nothing heavy."""
    code = (
        "import sys\n"
        "from monitor.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'scrapy', 'sqlalchemy', 'twisted', 'pydantic', 'pypdfium2'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "Start with" in result.stdout


def test_every_test_says_what_it_proves():
    """Each test function opens with a sentence stating a fact."""
    mute = [
        f"{path.relative_to(ROOT)}:{function.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and function.name.startswith("test_")
        and not ast.get_docstring(function)
    ]
    assert mute == []


def test_the_lock_names_no_address_and_has_every_hash():
    """The lock file pins exact versions by hash and says nothing of where they come from."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    pins = re.findall(r"^[a-z0-9._-]+(?:\[[a-z,]+\])?==", text, re.M)
    unhashed = [
        block for block in re.split(r"\n(?=\S)", text) if "==" in block and "sha256:" not in block
    ]
    assert pins
    assert unhashed == []
