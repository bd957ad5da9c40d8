"""A card as CDS Hooks 2.0 writes it, and Markdown that holds other people's words without being changed by them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

import orjson

from plugin.hooks.call import HookCall
from plugin.library.content import system_url
from plugin.library.rules import Template
from plugin.library.terminology import Terminology
from plugin.settings import Settings

Indicator = Literal["info", "warning", "critical"]
LONGEST_SUMMARY = 139  # the specification says: fewer than 140 characters
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")
TOPICS, REASONS = system_url("card-topic"), system_url("override-reason")
OPEN_REVIEW = "Open the care plan for review"


@dataclass(frozen=True, slots=True)
class Message:
    """What a card says. topic: code of CodeSystem card-topic. detail: paragraphs in GitHub Flavored Markdown.

    overridable: whether the user is asked why the card is set aside.
    """

    topic: str
    indicator: Indicator
    summary: str
    detail: tuple[str, ...]
    overridable: bool = False


class CardMaker:
    """Dresses messages as cards: source, topic, the link that opens the review. One for the application."""

    def __init__(self, template: Template, settings: Settings) -> None:
        self._public_url = settings.public_url
        self._template = template
        self._topics = template.terminology.displays("card-topic")
        self._reasons = override_reasons(template.terminology)

    def card(self, message: Message, call: HookCall) -> dict[str, Any]:
        """The card; its uuid is new each time, and what the link carries (`appContext`) tells of no patient."""
        identity = str(uuid4())
        context = {"hook": call.hook, "hookInstance": call.instance, "card": identity, "template": self._template.id}
        card: dict[str, Any] = {
            "uuid": identity,
            "summary": shortened(message.summary),
            "detail": "\n\n".join(message.detail),
            "indicator": message.indicator,
            "source": {
                "label": f"{self._template.title} (careplan-plugin)",
                "url": f"{self._public_url}/about/source-attributes",
                "topic": {"system": TOPICS, "code": message.topic, "display": self._topics[message.topic]},
            },
            "links": [
                {
                    "label": OPEN_REVIEW,
                    "url": f"{self._public_url}/smart/launch",
                    "type": "smart",
                    "appContext": orjson.dumps(context).decode(),
                }
            ],
        }
        if message.overridable:
            card["overrideReasons"] = self._reasons
        return card


def override_reasons(terminology: Terminology) -> list[dict[str, str]]:
    """The reasons for setting a card aside that users choose from, each as a Coding with display."""
    return [
        {"system": REASONS, "code": code, "display": display}
        for code, display in terminology.displays("override-reason").items()
    ]


def shortened(summary: str) -> str:
    """A summary on one line that is short enough for a card; what is cut off stands in the detail."""
    line = " ".join(summary.split())
    return line if len(line) <= LONGEST_SUMMARY else f"{line[: LONGEST_SUMMARY - 1].rstrip(' ,;:')}…"


def escaped(words: str) -> str:
    """Words of a chart or a template inside Markdown: nothing in them is markup, and they stay on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(words.split()))


def bullets(heading: str, entries: Iterable[str]) -> str:
    """A heading with a list below it; empty where there are no entries."""
    lines = [f"- {entry}" for entry in entries]
    return "\n".join([f"**{heading}**", "", *lines]) if lines else ""


def enough(entries: list[str], most: int) -> list[str]:
    """The first entries, and how many more there are."""
    more = len(entries) - most
    return [*entries[:most], *([f"and {more} more"] if more > 0 else [])]
