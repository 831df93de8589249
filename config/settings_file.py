"""The settings file of a home: lines of NAME=value, for those who rather write than export.

    # Sites are told whom to write to.
    MEASUREWATCH_CONTACT=mailto:desk@example.org
    export MEASUREWATCH_SMTP_FROM="Desk <desk@example.org>"

`#` begins a line that is left out, `export` and quotes round the value may be
there: a shell and systemd (EnvironmentFile=) read the same file. A value stands
as it is written, nothing in it is replaced. What the environment says wins.
"""

import re

from config.settings import PREFIX, SettingsError

SETTINGS_FILE = "settings.env"
MAX_BYTES = 1 << 16

_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Z_][A-Z0-9_]*)=(?P<value>.*)")
_NOT_HERE = frozenset({f"{PREFIX}HOME"})


def read_settings_file(text: str, file: str = SETTINGS_FILE) -> dict[str, str]:
    """The values of a settings file by name; of a name given twice, the last.

    Raises SettingsError with every fault and its line. It never shows what a
    line holds, since that may be a secret.
    """
    found: dict[str, str] = {}
    errors = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        plain = line.strip()
        if not plain or plain.startswith("#"):
            continue
        match = _LINE.fullmatch(plain)
        if match is None:
            errors.append(f"{file}:{number}: found something else, expected NAME=value")
        elif match["name"] in _NOT_HERE:
            errors.append(f"{file}:{number}: found {match['name']}, but this file is in the home")
        else:
            found[match["name"]] = _unquoted(match["value"].strip())
    if errors:
        raise SettingsError(tuple(errors))
    return found


def with_setting(text: str, name: str, value: str) -> str:
    """A settings file with one value set; every other line stays as it is."""
    told = f"{name}={value}"
    lines = text.splitlines()
    at = [
        number for number, line in enumerate(lines)
        if (match := _LINE.fullmatch(line.strip())) and match["name"] == name
    ]  # fmt: skip
    if at:
        # The last one is the one that counts.
        lines[at[-1]] = told
    else:
        lines.append(told)
    return "\n".join(lines) + "\n"


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
