"""Settings: each by its own name, all faults at once, secrets out of sight."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import SETTINGS, Settings, SettingsError, likely_setting
from monitor.app import build


def test_nothing_set_gives_the_defaults():
    """Without any setting: state in the working folder, SQLite, no mail, guarded and polite."""
    settings = Settings.from_mapping({})
    assert settings.home == Path("measurewatch-home")
    assert (settings.database_url, settings.contact, settings.smtp_host) == ("", "", "")
    assert not settings.allow_private_addresses
    assert settings.delay >= 1


def test_each_setting_answers_to_its_name():
    """A value of the right form reaches its field, with the type the code needs."""
    settings = Settings.from_mapping(
        {
            "MEASUREWATCH_HOME": "/srv/watch",
            "MEASUREWATCH_WATCHLIST": "/etc/watchlist.yaml",
            "MEASUREWATCH_DATABASE": "postgresql://u:p@h/d",
            "MEASUREWATCH_CONTACT": "desk@example.org",
            "MEASUREWATCH_SMTP_HOST": "mail.example.org",
            "MEASUREWATCH_SMTP_PORT": "2525",
            "MEASUREWATCH_SMTP_SECURITY": "None",
            "MEASUREWATCH_SMTP_USER": "desk",
            "MEASUREWATCH_SMTP_PASSWORD": "hunter2",
            "MEASUREWATCH_SMTP_FROM": "Desk <desk@example.org>",
            "MEASUREWATCH_WEBHOOK_SECRET": f"whsec_{'c2VjcmV0' * 5}",
            "MEASUREWATCH_PROXY": "http://proxy:3128",
            "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
            "MEASUREWATCH_DELAY": "0.05",
            "MEASUREWATCH_TIMEOUT": "30",
            "MEASUREWATCH_CRAWL_DEADLINE": "600",
            "MEASUREWATCH_CRAWLS_AT_ONCE": "4",
            "MEASUREWATCH_WORKERS": "3",
            "MEASUREWATCH_CLOCK_BEHIND": "60",
        }
    )
    assert settings.model_dump(exclude={"smtp_password", "webhook_secret"}) == {
        "home": Path("/srv/watch"),
        "watchlist": Path("/etc/watchlist.yaml"),
        "database_url": "postgresql://u:p@h/d",
        "contact": "desk@example.org",
        "smtp_host": "mail.example.org",
        "smtp_port": 2525,
        "smtp_security": "none",
        "smtp_user": "desk",
        "smtp_from": "Desk <desk@example.org>",
        "proxy": "http://proxy:3128",
        "allow_private_addresses": True,
        "delay": 0.05,
        "timeout": 30.0,
        "crawl_deadline": 600.0,
        "crawls_at_once": 4,
        "workers": 3,
        "clock_behind": 60.0,
        "unknown": (),
    }
    assert settings.smtp_password.get_secret_value() == "hunter2"
    assert settings.webhook_secret.get_secret_value() == f"whsec_{'c2VjcmV0' * 5}"


def test_the_table_names_every_setting_with_a_meaning():
    """What help and documentation show is the whole list, each with its words."""
    assert len(SETTINGS) == len(Settings.model_fields) - 1
    for name, meaning in SETTINGS.items():
        assert name.startswith("MEASUREWATCH_")
        assert len(meaning) > 10, name


def test_a_clock_can_be_behind(monkeypatch, tmp_path):
    """The demo's home keeps its story's time, which goes on as the real one does."""
    monkeypatch.setenv("MEASUREWATCH_HOME", str(tmp_path))
    assert datetime.now(UTC) - build({}).clock() < timedelta(minutes=1)
    (tmp_path / "settings.env").write_text("MEASUREWATCH_CLOCK_BEHIND=86400\n", encoding="utf-8")
    behind = datetime.now(UTC) - build({}).clock()
    assert timedelta(hours=23) < behind < timedelta(hours=25)


def test_secrets_do_not_show():
    """Passwords, also those inside addresses, are not in the text of the settings."""
    settings = Settings.from_mapping(
        {
            "MEASUREWATCH_DATABASE": "postgresql://u:pass-one@h/d",
            "MEASUREWATCH_PROXY": "http://u:pass-two@proxy:1",
            "MEASUREWATCH_SMTP_USER": "u",
            "MEASUREWATCH_SMTP_PASSWORD": "pass-three",
        }
    )
    assert "pass-" not in repr(settings)
    assert "pass-" not in str(settings)


def test_all_faults_are_told_at_once_without_secrets():
    """Each faulty setting is named with what was expected; the values of secrets are not."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_mapping(
            {
                "MEASUREWATCH_DATABASE": "mysql://u:hunter2@h/d",
                "MEASUREWATCH_PROXY": "socks5://u:hunter2@h",
                "MEASUREWATCH_SMTP_HOST": "mail.example.org:25",
                "MEASUREWATCH_SMTP_PORT": "99999",
                "MEASUREWATCH_SMTP_FROM": "nobody",
                "MEASUREWATCH_SMTP_SECURITY": "ssl3",
                "MEASUREWATCH_SMTP_PASSWORD": "hunter2",
                "MEASUREWATCH_WEBHOOK_SECRET": "hunter2",
                "MEASUREWATCH_CONTACT": "a\r\nX: b@c.org",
                "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "perhaps",
                "MEASUREWATCH_DELAY": "0.1",
                "MEASUREWATCH_TIMEOUT": "inf",
                "MEASUREWATCH_WORKERS": "0",
            }
        )
    named = [error.partition(":")[0] for error in caught.value.errors]
    assert sorted(named) == sorted(
        f"MEASUREWATCH_{name}"
        for name in (
            "DATABASE", "PROXY", "SMTP_HOST", "SMTP_PORT", "SMTP_FROM", "SMTP_SECURITY", "SMTP_USER",
            "WEBHOOK_SECRET", "CONTACT", "ALLOW_PRIVATE_ADDRESSES", "DELAY", "TIMEOUT", "WORKERS",
        )
    )  # fmt: skip
    assert "hunter2" not in str(caught.value)
    assert all("expected" in error for error in caught.value.errors)


@pytest.mark.parametrize(
    "contact", ["desk@example.org", "mailto:desk@example.org", "https://example.org/contact"]
)
def test_a_contact_is_a_mail_or_web_address(contact):
    """A webmaster must be able to reach the operator."""
    assert Settings.from_mapping({"MEASUREWATCH_CONTACT": contact}).contact == contact


@pytest.mark.parametrize(
    "contact", ["me", "a b@c.org", "https://", "x@y.org)", "ftp://h/x", "ä@b.org"]
)
def test_a_contact_that_reaches_nobody_is_refused(contact):
    """Neither a bare word nor anything that would break the header passes."""
    with pytest.raises(SettingsError, match="MEASUREWATCH_CONTACT"):
        Settings.from_mapping({"MEASUREWATCH_CONTACT": contact})


def test_the_mail_port_follows_the_security():
    """587, 465 or 25, unless the operator names another."""
    ports = {
        security: Settings.from_mapping({"MEASUREWATCH_SMTP_SECURITY": security}).smtp_port
        for security in ("starttls", "tls", "none")
    }
    assert ports == {"starttls": 587, "tls": 465, "none": 25}
    assert Settings.from_mapping({}).smtp_starttls


def test_a_mail_server_needs_a_sender():
    """Mail that could never be sent is noticed at the start, not at the first alert."""
    with pytest.raises(SettingsError, match="MEASUREWATCH_SMTP_FROM"):
        Settings.from_mapping({"MEASUREWATCH_SMTP_HOST": "localhost"})


def test_haste_is_only_for_this_machine():
    """A delay below a second is refused unless private addresses are allowed."""
    hasty = {"MEASUREWATCH_DELAY": "0"}
    with pytest.raises(SettingsError, match="politeness"):
        Settings.from_mapping(hasty)
    both = hasty | {"MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "1"}
    assert Settings.from_mapping(both).delay == 0


def test_unknown_names_are_kept_for_the_doctor():
    """A misspelt setting is not silently nothing: it is listed, and its correction is known."""
    settings = Settings.from_mapping(
        {
            "MEASUREWATCH_CONTAKT": "x",
            "MEASUREWATCH_CORPUS": "/c",
            "PATH": "/bin",
            "MEASUREWATCH_HOME": " ",
        }
    )
    assert settings.unknown == ("MEASUREWATCH_CONTAKT",)
    assert settings.home == Path("measurewatch-home")
    assert likely_setting("MEASUREWATCH_CONTAKT") == "MEASUREWATCH_CONTACT"
    assert likely_setting("MEASUREWATCH_XYZZY") == ""


def test_settings_cannot_be_changed():
    """What was read at the start holds for the whole run."""
    with pytest.raises(ValueError, match="frozen"):
        Settings.from_mapping({}).delay = 9
