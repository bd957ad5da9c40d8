"""Lines that clinicians added in their own words, as part of what is written: never to be taken for the template's."""

from __future__ import annotations

from typing import Any

from plugin.delivery.statements import reference_to
from plugin.drafting.outline import Entry
from plugin.library.content import extension_url
from plugin.storage.own_lines import OwnHistory, OwnKind

Resource = dict[str, Any]
HEADING = "Added by the reviewers, not drafted by the template"
GROUP = "own"
KIND_WORDS: dict[OwnKind, str] = {"treatment": "Treatment", "test": "Test", "care": "Care"}


def own_activity(line: OwnHistory) -> Resource:
    """One CarePlan.activity: no code, no rule and no source; its description begins with whose line it is."""
    now = line.now
    parts: list[Resource] = [{"url": "kind", "valueCode": now.kind}]
    parts += [{"url": "reason", "valueString": line.reason}] if line.reason else []
    parts.append({"url": "author", "valueReference": reference_to(now.author)})
    parts.append({"url": "time", "valueDateTime": now.at.isoformat(timespec="seconds")})
    return {
        "extension": [{"url": extension_url("own-line"), "extension": parts}],
        "detail": {"status": "not-started", "description": f"{_whose(line)}, {_origin(line)}: {now.text}"},
    }


def own_entry(line: OwnHistory) -> Entry:
    """The line in the narrative and on paper."""
    said = [f"Reason: {line.reason}"] if line.reason else []
    said += [f"What the template said before: {line.not_drafted}"] if line.not_drafted else []
    whose = f"{KIND_WORDS[line.now.kind]}. {_whose(line)}, {_origin(line)}, {line.now.at:%Y-%m-%d}."
    return Entry(line.now.text, (whose, *said))


def own_question(lines: tuple[OwnHistory, ...]) -> Resource:
    """The group of the review form under which these lines stand."""
    items = [{"linkId": _link_id(each), "text": KIND_WORDS[each.now.kind], "type": "text"} for each in lines]
    return {"linkId": GROUP, "text": HEADING, "type": "group", "item": items}


def own_answer(lines: tuple[OwnHistory, ...]) -> Resource:
    """The same group as it was filled in."""
    items = [
        {
            "linkId": _link_id(each),
            "text": KIND_WORDS[each.now.kind],
            "answer": [{"valueString": "; ".join(filter(None, (each.now.text, each.reason, _whose(each))))}],
        }
        for each in lines
    ]
    return {"linkId": GROUP, "text": HEADING, "item": items}


def _origin(line: OwnHistory) -> str:
    return "chosen from the template's list" if line.now.item else "not from the template"


def _link_id(line: OwnHistory) -> str:
    return f"{GROUP}.{line.first.key}"


def _whose(line: OwnHistory) -> str:
    added, now = line.first.author, line.now.author
    changed = f", changed by {now.name}" if now.reference != added.reference else ""
    return f"Added by {added.name}{changed}"
