"""What rules and gates have in common as text: citations, and the extensions that rate and place them."""

from __future__ import annotations

from plugin.library.content import CANONICAL
from plugin.quality.authoring.wording import extension_lines, quoted

EXTENSION_MARGIN = "    "
# As the target of a gate: whatever category the template describes.
EVERY_CATEGORY = f"{CANONICAL}/ValueSet/treatment-categories"


def documentation(cites: tuple[str, ...]) -> str:
    """The citations of a rule; nothing where there are none."""
    if not cites:
        return ""
    return "  documentation:\n" + "".join(f"    - {{type: citation, label: {source}}}\n" for source in cites)


def rule_extensions(
    disposition: str, evidence: str, confidence: str, encodes: tuple[str, ...], *, unsourced: bool
) -> str:
    """The extensions of a rule that opens a treatment category."""
    values = [("rule-disposition", disposition), ("rule-evidence", evidence), ("rule-confidence", confidence)]
    return extensions_of(values, encodes, unsourced=unsourced)


def gate_extensions(
    disposition: str, target: str, evidence: str, confidence: str, encodes: tuple[str, ...], *, unsourced: bool
) -> str:
    """The extensions of a gate; target: the category it closes, empty for all."""
    codes = [("gate-disposition", disposition), ("rule-evidence", evidence), ("rule-confidence", confidence)]
    kind = "valueCanonical" if target.startswith(CANONICAL) else "valueCode"
    targets = [("gate-target", kind, target)] if target else []
    return extensions_of(codes, encodes, unsourced=unsourced, others=targets)


def extensions_of(
    codes: list[tuple[str, str]],
    encodes: tuple[str, ...],
    *,
    unsourced: bool,
    others: list[tuple[str, str, str]] | None = None,
) -> str:
    """Extensions with codes, then others, the recommendations encoded, and the mark of a rule without a source."""
    values = [(name, "valueCode", code) for name, code in codes]
    values += others or []
    values += [("rule-source", "valueString", quoted(text)) for text in encodes]
    values += [("rule-unsourced", "valueBoolean", "true")] if unsourced else []
    return extension_lines(values, EXTENSION_MARGIN)
