"""The words of the field, as Open Civic Data and Open States use them.

The lists follow Open States' published vocabularies. A word of a site that is
not in a list is never dropped: the words as printed are kept beside the
classification, which is then empty.
"""

from enum import StrEnum


class MeasureClassification(StrEnum):
    """What kind of paper a measure is: Open Civic Data's bill classifications, and five of ours.

    Those are directive, agreement, rule, notice and statement, for what is no bill.
    """

    BILL = "bill"
    RESOLUTION = "resolution"
    JOINT_RESOLUTION = "joint resolution"
    CONCURRENT_RESOLUTION = "concurrent resolution"
    CONSTITUTIONAL_AMENDMENT = "constitutional amendment"
    ORDINANCE = "ordinance"
    ORDER = "order"
    PROCLAMATION = "proclamation"
    MEMORIAL = "memorial"
    MOTION = "motion"
    NOMINATION = "nomination"
    APPOINTMENT = "appointment"
    PETITION = "petition"
    CONTRACT = "contract"
    CLAIM = "claim"
    COMMUNICATION = "communication"
    DIRECTIVE = "directive"
    AGREEMENT = "agreement"
    RULE = "rule"
    NOTICE = "notice"
    STATEMENT = "statement"


class VersionClassification(StrEnum):
    """Which step of a measure's life a text belongs to."""

    FILED = "filed"
    INTRODUCED = "introduced"
    AMENDMENT = "amendment"
    SUBSTITUTED = "substituted"
    ENGROSSED = "engrossed"
    ENROLLED = "enrolled"
    SIGNED = "signed"
    BECAME_LAW = "became-law"


class ActionClassification(StrEnum):
    """What an action does (Open Civic Data action classifications)."""

    FILING = "filing"
    INTRODUCTION = "introduction"
    READING_1 = "reading-1"
    READING_2 = "reading-2"
    READING_3 = "reading-3"
    REFERRAL = "referral"
    REFERRAL_COMMITTEE = "referral-committee"
    COMMITTEE_PASSAGE = "committee-passage"
    COMMITTEE_PASSAGE_FAVORABLE = "committee-passage-favorable"
    COMMITTEE_PASSAGE_UNFAVORABLE = "committee-passage-unfavorable"
    COMMITTEE_FAILURE = "committee-failure"
    HEARING_HELD = "hearing-held"
    PASSAGE = "passage"
    FAILURE = "failure"
    DEFERRAL = "deferral"
    CARRIED_OVER = "carried-over"
    RECONSIDERATION = "reconsideration"
    RECEIPT = "receipt"
    SUBSTITUTION = "substitution"
    AMENDMENT_INTRODUCTION = "amendment-introduction"
    AMENDMENT_PASSAGE = "amendment-passage"
    AMENDMENT_FAILURE = "amendment-failure"
    AMENDMENT_AMENDMENT = "amendment-amendment"
    ENGROSSMENT = "engrossment"
    ENROLLED = "enrolled"
    CONCURRENCE = "concurrence"
    WITHDRAWAL = "withdrawal"
    EXECUTIVE_RECEIPT = "executive-receipt"
    EXECUTIVE_SIGNATURE = "executive-signature"
    EXECUTIVE_VETO = "executive-veto"
    EXECUTIVE_VETO_LINE_ITEM = "executive-veto-line-item"
    VETO_OVERRIDE_PASSAGE = "veto-override-passage"
    VETO_OVERRIDE_FAILURE = "veto-override-failure"
    BECAME_LAW = "became-law"


class SponsorClassification(StrEnum):
    """How a person stands behind a measure."""

    PRIMARY = "primary"
    COSPONSOR = "cosponsor"


class DateKind(StrEnum):
    """Which day of a measure's life a date is."""

    INTRODUCED = "introduced"
    PASSED = "passed"
    ENACTED = "enacted"
    SIGNED = "signed"
    EFFECTIVE = "effective"
    EXPIRES = "expires"
    PUBLISHED = "published"
    COMMENTS_CLOSE = "comments close"


class VoteOption(StrEnum):
    """How a member voted (Open States' vote options)."""

    YES = "yes"
    NO = "no"
    ABSENT = "absent"
    ABSTAIN = "abstain"
    NOT_VOTING = "not voting"
    PAIRED = "paired"
    EXCUSED = "excused"
    OTHER = "other"


class VoteResult(StrEnum):
    """How a vote ended."""

    PASS = "pass"  # noqa: S105 (a word of Open Civic Data)
    FAIL = "fail"


class EventStatus(StrEnum):
    """Where an event stands (Open Civic Data event statuses)."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    PASSED = "passed"


class ChangeKind(StrEnum):
    """What can happen to a measure between two accepted observations."""

    NEW = "new"
    AMENDED = "amended"
    VERSION = "version"
    ACTION = "action"
    STATUS = "status"
    TITLE = "title"
    SPONSORS = "sponsors"
    DATES = "dates"
    SCHEDULED = "scheduled"
    RELATED = "related"
    RENUMBERED = "renumbered"
    VANISHED = "vanished"
    RESTORED = "restored"
    SUPERSEDED = "superseded"
    ECHO = "echo"


class Standing(StrEnum):
    """Where a matched passage stands in the law."""

    ADDED = "added"
    STRUCK = "struck"
    EXISTING = "existing"
    UNKNOWN = "unknown"


class Health(StrEnum):
    """How a source is doing."""

    OK = "ok"
    QUIET = "quiet"
    STALE = "stale"
    FAILING = "failing"
    BLOCKED = "blocked"
    DRIFTED = "drifted"
    WAITING = "waiting"


class TextState(StrEnum):
    """What is known of a version's text."""

    READABLE = "readable"
    PENDING = "pending"
    UNREADABLE = "unreadable"
