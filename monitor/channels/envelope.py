"""A message for a program: one JSON object, the same bytes at every try.

    {"type": "measurewatch.alerts", "timestamp": "2026-01-05T12:30:00+00:00",
     "data": {"key", "subject", "text", "sources", "alerts"}}

A message for operators, "measurewatch.health", has no alerts; its data holds
"transitions". Webhooks post it and commands read it. Its shape is in docs/hear.md.
"""

import json
from typing import Any

from monitor.channels import Outgoing
from monitor.channels.safe import lines, one_line

ALERTS = "measurewatch.alerts"
TEST = "measurewatch.test"
HEALTH = "measurewatch.health"


def envelope(message: Outgoing) -> bytes:
    """The message as JSON in ASCII; nothing in it depends on when it is sent."""
    facts = message.facts
    told: dict[str, Any] = {
        "type": facts.get("type", ALERTS),
        "timestamp": facts.get("timestamp", ""),
        "data": {
            "key": message.key,
            "subject": one_line(message.subject),
            "text": lines(message.text),
            "sources": facts.get("sources"),
            "alerts": facts.get("alerts", []),
        },
    }
    if "transitions" in facts:
        told["data"]["transitions"] = facts["transitions"]
    # PostgreSQL keeps no order of keys, and a retry must not differ from the first try.
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
