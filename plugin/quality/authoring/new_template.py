"""A whole template to begin with: it loads, its cases get what they expect, and it offers nothing yet."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from plugin.errors import InputError, UsageError
from plugin.library.content import content_folder
from plugin.library.terminology import shared_terminology
from plugin.library.vocabulary import variable_name
from plugin.quality.authoring.codes import add_code
from plugin.quality.authoring.parts import add_part
from plugin.quality.authoring.rule_text import EVERY_CATEGORY, gate_extensions
from plugin.quality.authoring.wording import checked_code, pascal, placeholder, quoted, skeleton
from plugin.quality.authoring.workplace import Workplace, save_files

ABOUT = {"source-attribute": "attribute", "review-basis": "part"}
DECEASED, UNCLEAR = "deceased", "death-unclear"
GATES = (
    (
        DECEASED,
        "Recorded as deceased",
        "The record says that the patient has died: nothing is drafted.",
        "%deceased",
        "no-plan",
        "",
    ),
    (
        UNCLEAR,
        "Whether the patient is alive is unclear",
        "The chart says something about a death that cannot be read; nothing is offered until it is settled.",
        "%deceased.exists().not()",
        "conditional",
        EVERY_CATEGORY,
    ),
)
SHIPPED = ("plan-review.yaml", "facts-to-confirm.yaml")


def new_template(folder: Path, title: str) -> tuple[str, ...]:
    """Make the template in a folder that is not there yet; gives the names of its files.

    The folder's name becomes its id. Raises UsageError where that is no code or the folder is there, and InputError
    where it cannot be written.
    """
    code = checked_code("name for a template", folder.name)
    if folder.exists():
        raise UsageError(f"{folder} is there already; choose another folder, or remove that one")
    if not folder.parent.is_dir():
        raise UsageError(f"there is no folder {folder.parent}; make it first")
    with TemporaryDirectory(dir=folder.parent, prefix=f".{code}-") as made:
        home = Path(made) / code
        home.mkdir()
        files = save_files({home / name: text for name, text in _files(home, code, title).items()}, home)
        try:
            os.rename(home, folder)
        except OSError as error:
            raise InputError(f"{folder} cannot be written: {error.strerror}; choose another place") from error
    return files


def _files(home: Path, code: str, title: str) -> dict[str, str]:
    place = Workplace(home)
    names = {"id": code, "name": pascal(code)}
    scope = f"{code}-in-scope"
    place.put("strategy.yaml", skeleton("strategy.yaml", **names, title=quoted(title)))
    for file, word in (("findings", "Findings"), ("definitions", "Named conditions"), ("evidence", "Sources")):
        titled = {f"{file}_title": quoted(f"{word}: {title}")}
        variable = {} if file == "evidence" else {"scope_variable": variable_name(scope)}
        place.put(f"{file}.yaml", skeleton(f"{file}.yaml", **names, **titled, **variable))
    add_code(place, code, "finding", scope, "In the scope of this template")
    add_part(place, code, "safety", "Safety gates", "safety.yaml", listed=False)
    for gate in GATES:
        place.add_item("safety.yaml", "action", _gate(*gate), apart=True)
    place.put("cases/safety.yaml", skeleton("cases.yaml"))
    for case, who, deceased, expected in (
        (f"{DECEASED}.1", "In scope, and deceased", "true", "{offered_exactly: []}"),
        (f"{DECEASED}.2", "In scope, and alive", "false", f"{{silent: [{DECEASED}]}}"),
        (f"{UNCLEAR}.1", "In scope, and nobody knows whether alive", "unknown", "{offered_exactly: []}"),
    ):
        fields = {"case": case, "rule": case.partition(".")[0], "title": quoted(who)}
        findings = f"{{{scope}: true, deceased: {deceased}}}"
        text = skeleton("case.yaml", **fields, findings=findings, expect=expected)
        place.add_item("cases/safety.yaml", "cases", text)
    holds = quoted(f"What must hold for every patient: {title}")
    place.put("invariants.yaml", skeleton("invariants.yaml", **names, invariants_title=holds))
    place.put("about.yaml", skeleton("about.yaml", **names, about_title=quoted(f"About the template: {title}")))
    for kind, key in ABOUT.items():
        for part, label in shared_terminology(content_folder("profiles")).displays(kind).items():
            text = quoted(f"{placeholder()} before release: {label}.")
            place.add_item(
                "about.yaml", "extension", skeleton("attribute.yaml", kind=kind, key=key, code=part, text=text)
            )
    for form in SHIPPED:
        place.put(f"questionnaires/{form}", skeleton(f"questionnaires/{form}", **names))
    return place.changes


def _gate(rule: str, title: str, reason: str, when: str, disposition: str, target: str) -> str:
    return skeleton(
        "gate.yaml",
        rule=rule,
        title=quoted(title),
        reason=quoted(reason),
        when=quoted(when),
        documentation="",
        extensions=gate_extensions(disposition, target, "knowledge", "moderate", (rule,), unsourced=True),
    )
