"""How a finding is read from the chart, as data: which codes ask, which answers count, how results become a value.

`findings.yaml` writes these; the readers in plugin.findings carry them out and know nothing clinical themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from plugin.library.expressions import Expression
    from plugin.library.vocabulary import Value

PartKind = Literal["answer", "number", "variant", "condition", "stage", "morphology", "procedure"]
ReadingKind = Literal["results", "ever", "person", "treatment"]
Strategy = Literal["newest", "course", "present"]
Measure = Literal["given", "lines", "next", "current", "ongoing", "progressed", "failed", "lost", "early", "relapse"]


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of result that a finding is made of, such as the percent beside the status.

    name: what rules call it, `%erShare`.
    kind: which reader reads it; `stage` and `morphology` read what a Condition of these tests says of itself.
    tests: ValueSets whose codes ask for it (Observation, Condition or Procedure codes).
    unless_tests: ValueSets; a resource that also carries one of their codes is read there, not here.
    answers: ConceptMaps from codes and words to values.
    value: what the part is worth when its code alone is the message (a Condition).
    subject: names that the display may use, by the ConceptMap of names; another name beside the code is a mismatch.
    units: accepted units; unitless: ValueSets of tests whose unit may be missing; label: word that must stand before
        the number when it is read from text.
        other_labels: labels of numbers in the same text that are read over.
    minimum, maximum: a number outside is impossible. step: the number comes in steps of so much; 0 for none.
        share_above: a percentage of cells beside an answer is read over
        where it lies above this.
    reference: the number is a multiple of the `high` or `low` limit that the laboratory gives with the result; where it
        gives one, that is read instead of the other numbers of the same tests.
    fallback: counts only where the other parts say nothing.
    sites: ValueSet of body sites that a `condition` must have. lesion: the site that a result must come from.
    genes: ValueSet of genes. origins: accepted genomic sources, `unstated` among them where none need be named.
    studied: origins of a panel on which a gene without a reported variant is negative.
    unclassified: a rearrangement or gain without significance counts, and a variant whose gene the answer itself names.
    changes: protein changes that count without significance.
    only: the changes that count at all. single: it is one change, so that its absence is a negative.
    point: a rearrangement of the gene is another matter. fusion: only rearrangements count. gain: only gains of copies
        count, which are no mutation anywhere else.
    method: parts of different methods that were reported apart may belong to one sample.
    active: only while the Condition is active.
    excluding: ValueSets of specimens or assays whose results do not count. including: those that alone count.
    inadequate: ValueSets of remarks about a sample that was not fit for the test.
    weak_grounds: ValueSets of kinds of evidence that prove nothing where a result rests on no other.
    valid_days: overrides that of the reading. lasting_value: an answer that is valid for `lasting_days` instead, unless
        a later one that said otherwise is too old itself.
    confounded_by: ValueSets of drugs under which the answer `confounded_value` proves nothing before `confounded_age`,
        when they were begun in the year before it.
    """

    name: str
    kind: PartKind
    tests: tuple[str, ...] = ()
    unless_tests: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    value: Value | None = None
    subject: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    unitless: tuple[str, ...] = ()
    label: str = ""
    other_labels: tuple[str, ...] = ()
    share_above: float = 0
    minimum: float | None = None
    maximum: float | None = None
    step: float = 0
    reference: Literal["", "high", "low"] = ""
    fallback: bool = False
    sites: tuple[str, ...] = ()
    lesion: str = ""
    genes: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    studied: tuple[str, ...] = ()
    single: bool = False
    method: str = ""
    unclassified: bool = False
    changes: str = ""
    only: str = ""
    point: bool = False
    fusion: bool = False
    gain: bool = False
    active: bool = False
    excluding: tuple[str, ...] = ()
    including: tuple[str, ...] = ()
    inadequate: tuple[str, ...] = ()
    weak_grounds: tuple[str, ...] = ()
    valid_days: int = 0
    lasting_value: Value | None = None
    lasting_days: int = 0
    confounded_by: tuple[str, ...] = ()
    confounded_value: Value | None = None
    confounded_age: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """`value` holds for a sample when `when` is true of its parts; without a `value` it is that of the part `part`.

    note: what to tell the reader; derived: the value is worked out, not reported.
    """

    value: Value | None
    when: Expression
    part: str = ""
    note: str = ""
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How results become the value of a finding.

    panel: findings with the same panel share their samples, and their rules see each other's values.
    follows: the finding of the panel whose leading sample gives this one's value too.
    once_found: a value that leads wherever it was found, however old; unless_leading: leading values it yields to.
    lesions: the first site of `plugin.library.sample_sites` leads over the others.
    disputed: samples that differ are a conflict, whatever their dates.
    not_results: ValueSets of tests that look alike and are shown, but never count.
    self_reported: what the patient reports herself counts too.
    valid_days: older results do not count; 0 for no limit, which the data says where it is meant.
    until_progression: neither do those from before the latest
        progression, as the policy on treatment tells it.
    join_days: parts of different methods, reported apart by at most so many days, belong to one sample.
    of, value: for kind `ever`, which finding's results are searched for which value.
    attribute: for kind `person`.
    classes, period, measure: for kind `treatment`: what the history of these drugs, before or after what the policy
        counts from, is asked for (`plugin.findings.history.measures`).
    within_months, more_than_months, counted_from: bounds of an interval, counted from the first or last dose.
    """

    kind: ReadingKind
    parts: tuple[Part, ...] = ()
    rules: tuple[Rule, ...] = ()
    panel: str = ""
    follows: str = ""
    once_found: Value | None = None
    unless_leading: tuple[Value, ...] = ()
    strategy: Strategy = "newest"
    lesions: bool = False
    disputed: bool = False
    not_results: tuple[str, ...] = ()
    self_reported: bool = False
    valid_days: int = 0
    until_progression: bool = False
    join_days: int = 0
    of: str = ""
    value: Value | None = None
    attribute: str = ""
    classes: tuple[str, ...] = ()
    period: Literal["before", "after", "any"] = "any"
    measure: Measure = "given"
    within_months: int = 0
    more_than_months: int = 0
    counted_from: Literal["start", "end"] = "end"
