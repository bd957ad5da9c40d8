"""The parts of a template: files of rules, each named in the strategy."""

from __future__ import annotations

from plugin.quality.authoring.wording import pascal, placeholder, quoted, skeleton
from plugin.quality.authoring.workplace import Workplace

# Part -> the comment on top of its file, and its description.
COMMENTS = {
    "pathway": (
        "A rule opens its line where its condition is true, lets it wait where it is unknown, and says nothing else.",
        "for whom these rules are, and which decision they prepare.",
    ),
    "safety": (
        "Gates speak after all rules and always win: true closes or moves the line, unknown makes it wait.",
        "What must not be offered when, and what is left to the clinician.",
    ),
    "testing": (
        "A test is due when its condition is true; ask .exists(), so that a missing result makes it due.",
        "Which tests are still missing before a choice can be made.",
    ),
    "support": (
        "Listed when the condition is true.",
        "Supportive care that belongs beside treatment.",
    ),
    "alerts": (
        "Shown when the condition is true; the title is the text on screen.",
        "What the reader must see before the lists.",
    ),
}


def add_part(place: Workplace, code: str, part: str, title: str, file: str, *, listed: bool = True) -> None:
    """Begin a file of rules, and name it in the strategy unless that lists it already."""
    words = COMMENTS.get(part, COMMENTS["pathway"])
    place.put(
        file,
        skeleton(
            "protocol.yaml",
            id=code,
            part=part,
            name=pascal(part),
            title=quoted(title),
            comment=words[0],
            description=words[1] if part in COMMENTS else f"{placeholder()}: {words[1]}",
        ),
    )
    if listed:
        item = skeleton("part.yaml", id=code, part=part, title=quoted(title))
        place.add_item("strategy.yaml", "action", item, apart=True)
