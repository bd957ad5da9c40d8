"""What reading a chart yields: one Finding per fact of the vocabulary, with every result behind it."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from plugin.library.vocabulary import Value, Vocabulary

if TYPE_CHECKING:
    from plugin.findings.history.courses import Beginning, Course
    from plugin.findings.history.lines import Line
    from plugin.findings.series import Series

State = Literal["known", "derived", "presumed", "unknown", "conflicting"]
# Why a result does not count, for programs: `withdrawn` taken back by its sender, `superseded` replaced by a later one,
# `other-person` about somebody else, `preliminary` not final, `stale` too old or undated, `unverified` nobody but the
# patient says so, `unconfirmed` suspected only, `unfit` the sample was not fit for the test, `confounded` a drug may
# explain it, `unread`, `impossible` and `mismatch` as for Problems, `no-answer` it holds none, `look-alike` another
# test or kind of sample, `out-of-scope` true, but not what this fact asks about, `told` a sign that the patient reports
# in a form, for a clinician to judge.
AsideKind = Literal[
    "",
    "withdrawn",
    "superseded",
    "other-person",
    "preliminary",
    "stale",
    "unverified",
    "unconfirmed",
    "unfit",
    "confounded",
    "unread",
    "impossible",
    "mismatch",
    "no-answer",
    "look-alike",
    "out-of-scope",
    "told",
]
DECIDED: frozenset[State] = frozenset({"known", "derived", "presumed"})


@dataclass(frozen=True, slots=True)
class Result:
    """One result as the chart holds it, whether it counts or not.

    reference: `Observation/1`; what the page links to and `because` names.
    value: what we read from it in the vocabulary's terms; None where nothing could be read.
    text: the chart's own words (`95 %`, `Positive`, `2+`).
    date: ISO date or date-time of the specimen, else of the result; empty where the chart has none.
    site: which lesion was sampled, where the chart says so.
    label: the name of the test as displayed.
    set_aside: why it does not count, in a sentence for the screen; empty where it counts.
    aside_kind: the same for programs.
    by: the laboratory that found it or the clinician who stated it, where it names them.
    stated: it is no result at all, but what a clinician stated about the fact.
    """

    reference: str
    value: Value | None
    text: str
    date: str = ""
    site: str = ""
    label: str = ""
    set_aside: str = ""
    aside_kind: AsideKind = ""
    by: str = ""
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What we know of one fact.

    state: `known` is reported, `derived` worked out by a written rule from what is reported, `presumed` taken as so
        because charts rarely record its absence, `unknown` not there, `conflicting` results that disagree.
    value: None unless the state is known, derived or presumed.
    detail: the leading result in the chart's words, such as `95 %`.
    evidence: references of the results that give the value.
    note: why it is derived, presumed or conflicting, in a sentence for the screen.
    results: all results read for this fact, newest first, those set aside included.
    disputed: references of results that say otherwise and were not known to the clinician whose statement leads.
    stated: `agrees` where a clinician's statement leads and the chart says nothing else, `overrules` where it does.
    """

    code: str
    state: State
    value: Value | None = None
    detail: str = ""
    evidence: tuple[str, ...] = ()
    note: str = ""
    results: tuple[Result, ...] = ()
    disputed: tuple[str, ...] = ()
    stated: Literal["", "agrees", "overrules"] = ""

    @property
    def told(self) -> Result | None:
        """The newest sign of it that the patient reports, where nobody has judged it since."""
        return next((result for result in self.results if result.aside_kind == "told"), None)

    def __post_init__(self) -> None:
        if (self.value is None) == (self.state in DECIDED):
            raise ValueError(f"finding {self.code}: state {self.state} does not fit value {self.value!r}")


@dataclass(frozen=True, slots=True)
class Patient:
    """Who the chart is about. `reference` is `Patient/<id>`; empty where the input holds no Patient resource.

    is_deceased: whether the record says that the patient has died; died: the day, empty where it says none.
    """

    id: str
    reference: str
    name: str = ""
    sex: str = ""
    birth_date: str = ""
    identifier: str = ""
    is_deceased: bool = False
    died: str = ""


SaidBy = Literal["patient", "family", "clinician", ""]


@dataclass(frozen=True, slots=True)
class GoalOnRecord:
    """A goal in force as the chart words it. said_by: who expressed it; empty where the chart does not say."""

    reference: str
    text: str
    said_by: SaidBy
    date: str = ""


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """One answer in words in a form that was filled in. form: canonical URL of the form, without version."""

    reference: str
    form: str
    link_id: str
    question: str
    text: str
    said_by: SaidBy
    date: str = ""


@lru_cache(maxsize=4096)
def unknown(code: str) -> Finding:
    """A fact of which nothing is known, made once for all patients: most facts of most charts are."""
    return Finding(code, "unknown")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the input that could not be read or was missing; shown, never swallowed.

    kind: `unread` a value we do not understand, `impossible` a value that cannot be, `mismatch` code and name disagree,
        `gap` a part of the chart that could not be fetched.
    """

    kind: Literal["unread", "impossible", "mismatch", "gap"]
    reference: str
    text: str


class Findings(Mapping[str, Finding]):
    """Every fact of the vocabulary, known or not, by code; immutable.

    lines: the lines of therapy as proposed. courses: every drug on record that counts as treatment, in a line or not.
    began: the day from which lines are counted; None where nothing was read. series: markers that are followed.
    goals, answers: what the chart says that the patient wants, word for word.
    """

    def __init__(
        self,
        patient: Patient,
        findings: list[Finding],
        vocabulary: Vocabulary,
        problems: tuple[Problem, ...] = (),
        inputs: tuple[str, ...] = (),
        lines: tuple[Line, ...] = (),
        goals: tuple[GoalOnRecord, ...] = (),
        answers: tuple[FormAnswer, ...] = (),
        *,
        courses: tuple[Course, ...] = (),
        began: Beginning | None = None,
        series: tuple[Series, ...] = (),
    ) -> None:
        given = {finding.code: finding for finding in findings}
        self.patient = patient
        self.problems = problems
        self.inputs = inputs
        self.lines = lines
        self.goals = goals
        self.answers = answers
        self.courses = courses
        self.began = began
        self.series = series
        self._by_code = {code: given.get(code) or unknown(code) for code in vocabulary}

    def __getitem__(self, code: str) -> Finding:
        return self._by_code[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

    @cached_property
    def counting(self) -> Mapping[str, Result]:
        """By reference, the first result of each resource that counts for any finding."""
        found: dict[str, Result] = {}
        for finding in self._by_code.values():
            for result in finding.results:
                if not result.set_aside:
                    found.setdefault(result.reference, result)
        return found

    def items(self) -> ItemsView[str, Finding]:
        """Every code with its finding; a view of the dictionary itself."""
        return self._by_code.items()
