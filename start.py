"""Set up and run Measurewatch with nothing but Python.

    python3 start.py demo     three simulated governments, watched for a month, in under a minute
    python3 start.py test     the whole test suite
    python3 start.py lint     formatting, types, import rules, docs
    python3 start.py bench    side-by-side measurements; --help lists them
    python3 start.py run ...  any measurewatch command

The first call makes `.venv` and installs `requirements.lock` (exact versions,
checked by hash); later calls start at once.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
LOCK = HERE / "requirements.lock"
STAMP = VENV / "installed.sha256"
OLDEST = (3, 11)


def main(arguments: list[str]) -> int:
    if sys.version_info < OLDEST:
        return complain(
            f"Measurewatch needs Python 3.11 or newer; this is {sys.version.split()[0]}."
        )
    commands = {
        "demo": lambda rest: measurewatch("demo", *rest),
        "run": lambda rest: measurewatch(*rest),
        "test": test,
        "lint": lint,
        "bench": bench,
    }
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        asked_for_help = bool(arguments) and arguments[0] in {"-h", "--help", "help"}
        return 0 if asked_for_help else 2
    try:
        install()
    except subprocess.CalledProcessError as error:
        return complain(
            f"The installation failed (exit code {error.returncode}).\n"
            "The lines above say why; most often the package index cannot be reached."
        )
    return commands[arguments[0]](arguments[1:])


def complain(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


def executable(name: str) -> str:
    folder = "Scripts" if os.name == "nt" else "bin"
    return str(VENV / folder / name)


def install() -> None:
    """Make the environment unless the one that stands there is of this lock file."""
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted:
        return
    print("Setting up .venv (once; about a minute) ...", file=sys.stderr, flush=True)
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        print("Python's venv module cannot make environments here; on Debian: python3-venv.",
              file=sys.stderr)  # fmt: skip
        raise
    python = executable("python")
    quiet = ["--quiet", "--disable-pip-version-check"]
    hashed = ["--require-hashes", "--no-deps"]
    fast = VENV / "uv-requirement.txt"
    fast.write_text(pinned("uv"), encoding="utf-8")
    run(python, "-m", "pip", "install", *quiet, *hashed, "-r", str(fast))
    quick = subprocess.run(
        [
            executable("uv"),
            "pip",
            "install",
            "--quiet",
            "--compile-bytecode",
            "--python",
            python,
            *hashed,
            "-r",
            str(LOCK),
        ],
        check=False,
    )
    if quick.returncode:
        run(python, "-m", "pip", "install", *quiet, *hashed, "-r", str(LOCK))
    # The project itself, so that `measurewatch` is a command of this environment.
    itself = ["--no-deps", "--no-build-isolation", "--editable", str(HERE)]
    run(python, "-m", "pip", "install", *quiet, *itself)
    STAMP.write_text(wanted, encoding="ascii")


def pinned(name: str) -> str:
    """The lines of the lock file that pin one package, hashes and all."""
    found = re.search(rf"^{name}==.*?(?=^\S|\Z)", LOCK.read_text(encoding="utf-8"), re.M | re.S)
    if not found:
        raise SystemExit(f"requirements.lock does not pin {name}")
    return found.group()


def run(*command: str, **environment: str) -> None:
    subprocess.run(command, check=True, cwd=HERE, env={**os.environ, **environment})


def call(*command: str) -> int:
    """Run a command in the foreground; Ctrl-C is the command's own affair."""
    search = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH", "")]))
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": search})
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def measurewatch(*arguments: str) -> int:
    return call(executable("python"), "-m", "monitor.cli", *arguments)


def test(rest: list[str]) -> int:
    os.chdir(HERE)
    workers = (
        [] if any(word.startswith("-n") for word in rest) else ["-n", "auto", "--dist", "loadgroup"]
    )
    return call(executable("python"), "-m", "pytest", *workers, *rest)


def lint(_rest: list[str]) -> int:
    os.chdir(HERE)
    checks = (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports",),
        ("python", "-m", "pytest", "-q", "tests/test_docs.py", "tests/test_house.py"),
    )
    failed = [" ".join(check) for check in checks if call(executable(check[0]), *check[1:])]
    for check in failed:
        print(f"failed: {check}", file=sys.stderr)
    return 1 if failed else 0


def bench(rest: list[str]) -> int:
    """Run the named stages, or all; then write the tables of the docs."""
    os.chdir(HERE)
    stages = {
        path.stem: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for path in sorted(HERE.glob("benchmarks/*.py"))
    }
    names = [word for word in rest if not word.startswith("-")]
    unknown = [name for name in names if name not in stages]
    if unknown or {"-h", "--help"} & set(rest):
        print("python3 start.py bench [STAGE ...] [--small]\n\nThe stages:")
        for name, about in stages.items():
            print(f"    {name:<12} {about.partition(chr(10))[0]}")
        print("\n--small is a quick look whose figures are not kept.")
        return complain(f"No stage is called {', '.join(unknown)}.") if unknown else 0
    options = [word for word in rest if word.startswith("-")]
    # One whose usage asks for recordings measures nothing; it runs when it is named.
    chosen = names or [name for name in stages if "MEASUREWATCH_CORPUS=" not in stages[name]]
    failed = []
    for rank, name in enumerate(chosen, 1):
        print(f"[{rank} of {len(chosen)}] {name} ...", flush=True)
        started = time.monotonic()
        if call(executable("python"), "-m", f"benchmarks.{name}", *options):
            failed.append(name)
        print(f"    {time.monotonic() - started:.0f} s", flush=True)
    if not failed and not options:
        call(executable("python"), "-m", "benchmarks.kit.tables")
    return complain(f"failed: {', '.join(failed)}") if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
