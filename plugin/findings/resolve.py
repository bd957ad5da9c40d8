"""Which of several samples leads, and what the others have to say: policy, not taste, and every result stays visible.

The site that the vocabulary puts first leads over the others, the newest result over older ones. Samples of one day
that differ, and samples of which one has no date, are a conflict: nothing here settles what the chart leaves open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from plugin.findings.dates import first_day, last_day, later, spoken
from plugin.findings.evidence import Evidence
from plugin.findings.index import Index, Panel, reading_of
from plugin.findings.interval import Interval
from plugin.findings.model import Finding, Result, unknown
from plugin.findings.samples import Outcome, Sample, group, outcome_alone, outcome_of, said_alone
from plugin.library.readings import Reading
from plugin.library.vocabulary import FindingDefinition, in_a_word

MOST_WORDS = 3


@dataclass(frozen=True)
class Candidate:
    """A sample that says something about the finding."""

    sample: Sample
    outcome: Outcome


@dataclass(frozen=True)
class Resolved:
    """A finding, the samples that lead it, and everything it was chosen from."""

    finding: Finding
    leading: tuple[Sample, ...]
    candidates: tuple[Candidate, ...]

    @property
    def behind(self) -> Iterator[Evidence]:
        """The results that give the finding its value, or its conflict."""
        for candidate in self.candidates:
            yield from (found for found in candidate.sample.evidence if found.origin.reference in self.finding.evidence)


def resolve_panel(panel: Panel, evidence: list[Evidence]) -> dict[str, Resolved]:
    """Every finding of a panel, leaders before those that follow them."""
    if not evidence:
        return {one.code: _unread(one.code) for one in panel.definitions}
    counting = [found for found in evidence if found.counts]
    own = [found for found in counting if not panel.parts[found.part].fallback]
    first = group(panel, own)
    second = group(panel, [found for found in counting if panel.parts[found.part].fallback])
    resolved: dict[str, Resolved] = {}
    for definition in panel.definitions:
        candidates = _candidates(panel, definition, first) or _candidates(panel, definition, second)
        leader = resolved.get(reading_of(definition).follows)
        results = tuple(_results(panel, definition, evidence))
        found = _resolve(panel, definition, candidates, leader, results)
        resolved[definition.code] = _against_inadequate(panel, definition, found, evidence)
    return resolved


def unread(index: Index) -> Mapping[str, Resolved]:
    """Every finding that is read from results, as a chart without any leaves it."""
    if not index.unread:
        for panel in index.panels.values():
            index.unread.update((one.code, _unread(one.code)) for one in panel.definitions)
    return index.unread


@lru_cache(maxsize=4096)
def _unread(code: str) -> Resolved:
    return Resolved(unknown(code), (), ())


def _against_inadequate(
    panel: Panel, definition: FindingDefinition, found: Resolved, evidence: list[Evidence]
) -> Resolved:
    """A result of an inadequate sample never leads; but where a newer one says otherwise, the question is open."""
    if found.finding.value is None or reading_of(definition).strategy != "newest":
        return found
    days = [sample.day for sample in found.leading]
    for other in evidence:
        if not other.inadequate or any(later(day, other.origin.day) for day in days):
            continue
        value = said_alone(panel, other, definition).value
        if value in (None, found.finding.value, *definition.undecided):
            continue
        leading = " and ".join(dict.fromkeys(_said(one) for one in found.candidates if one.sample in found.leading))
        where = ", ".join(
            part for part in (spoken(other.origin.day) if other.origin.day else "", other.origin.site) if part
        )
        note = f"results disagree: {leading} and {in_a_word(value)} ({where}), but {other.set_aside}"
        finding = Finding(definition.code, "conflicting", None, "", found.finding.evidence, note, found.finding.results)
        return Resolved(finding, (), found.candidates)
    return found


def _candidates(panel: Panel, definition: FindingDefinition, samples: list[Sample]) -> list[Candidate]:
    found = [Candidate(sample, outcome_of(panel, sample, definition)) for sample in samples]
    return [candidate for candidate in found if candidate.outcome.conflict or candidate.outcome.value is not None]


def _resolve(
    panel: Panel,
    definition: FindingDefinition,
    candidates: list[Candidate],
    leader: Resolved | None,
    results: tuple[Result, ...],
) -> Resolved:
    reading = reading_of(definition)
    followed = leader if leader and leader.candidates else None
    leading = _followed(candidates, followed) if followed else _leading(candidates, reading, panel)
    once = _once_found(candidates, leading, reading)
    leading = once or leading
    build = _Builder(panel, definition, candidates, results)
    if not leading:
        finding = build.unknown(_why_not_followed(leader) if candidates and leader else "")
    elif reading.strategy == "course":
        finding, leading = build.course()
    elif reading.strategy == "present":
        finding, leading = build.present()
    else:
        finding = build.chosen(leading, by_history=bool(once))
    samples = tuple(candidate.sample for candidate in leading) if finding.value is not None else ()
    return Resolved(finding, samples, tuple(candidates))


def _followed(candidates: list[Candidate], leader: Resolved) -> list[Candidate]:
    return [candidate for candidate in candidates if any(candidate.sample is sample for sample in leader.leading)]


def _why_not_followed(leader: Resolved) -> str:
    """Why results that say something give no value to a finding that follows another."""
    if leader.leading:
        return "its results are of other samples than the one that counts"
    return "its results are not weighed while those of the fact that it follows disagree"


def _leading(candidates: list[Candidate], reading: Reading, panel: Panel) -> list[Candidate]:
    if reading.disputed or reading.strategy != "newest":
        return candidates
    sites = {candidate.sample.site for candidate in candidates}
    if reading.lesions and panel.leading_site in sites:
        candidates = [found for found in candidates if found.sample.site in (panel.leading_site, "")]
    latest = max((first_day(one.sample.day) for one in candidates if one.sample.day), default=None)
    return [one for one in candidates if latest is None or not one.sample.day or last_day(one.sample.day) >= latest]


def _once_found(candidates: list[Candidate], leading: list[Candidate], reading: Reading) -> list[Candidate]:
    """Samples with the value that counts wherever it was found; none where the leading value does not yield to it."""
    if reading.once_found is None or any(found.outcome.value in reading.unless_leading for found in leading):
        return []
    if any(found.outcome.value == reading.once_found for found in leading) and len(leading) == 1:
        return []
    return [candidate for candidate in candidates if candidate.outcome.value == reading.once_found]


class _Builder:
    """Builds the finding from its candidates, with the note that names what disagrees."""

    def __init__(
        self, panel: Panel, definition: FindingDefinition, candidates: list[Candidate], results: tuple[Result, ...]
    ) -> None:
        self.parts = panel.behind[definition.code]
        self.code = definition.code
        self.candidates = candidates
        self.results = results

    def unknown(self, why: str) -> Finding:
        note = why or next((result.set_aside for result in self.results if result.set_aside), "")
        return Finding(self.code, "unknown", note=note, results=self.results)

    def chosen(self, leading: list[Candidate], by_history: bool = False) -> Finding:
        values = {candidate.outcome.value for candidate in leading}
        if any(candidate.outcome.conflict for candidate in leading) or len(values) > 1:
            return self.conflicting(leading)
        others = [found for found in self.candidates if all(found is not lead for lead in leading)]
        note = [
            *_notes(leading),
            *(["found in an earlier sample"] if by_history else []),
            *_discordance(leading, others),
        ]
        return self.known(leading, note)

    def known(self, leading: list[Candidate], note: list[str]) -> Finding:
        first = leading[0].outcome
        derived = all(candidate.outcome.derived for candidate in leading)
        return Finding(
            self.code,
            "derived" if derived else "known",
            first.value,
            self.detail(leading),
            self.evidence(leading),
            "; ".join(dict.fromkeys(note)),
            self.results,
        )

    def conflicting(self, leading: list[Candidate]) -> Finding:
        said = dict.fromkeys(_said(candidate) for candidate in sorted(leading, key=_shown_order))
        note = f"results disagree: {' and '.join(said)}"
        return Finding(self.code, "conflicting", None, "", self.evidence(leading), note, self.results)

    def present(self) -> tuple[Finding, list[Candidate]]:
        """Recorded once is present, whatever the date."""
        present = [candidate for candidate in self.candidates if candidate.outcome.value is True]
        leading = present or self.candidates
        if any(candidate.outcome.conflict for candidate in leading):
            return self.conflicting(leading), leading
        return self.known(leading, _notes(leading)), leading

    def course(self) -> tuple[Finding, list[Candidate]]:
        """What was absent may have appeared since; what was there is not taken back by a later absence."""
        present = [candidate for candidate in self.candidates if candidate.outcome.value is True]
        absent = [candidate for candidate in self.candidates if candidate.outcome.value is False]
        if any(candidate.outcome.conflict for candidate in self.candidates):
            return self.conflicting(self.candidates), self.candidates
        if present and absent:
            after = any(all(later(c.sample.day, a.sample.day) for a in absent) for c in present)
            if not after:
                return self.conflicting(self.candidates), self.candidates
            return self.known(present, ["absent at first, found later"]), present
        leading = present or absent
        return self.known(leading, _notes(leading)), leading

    def evidence(self, leading: list[Candidate]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(found.origin.reference for found in self._behind(leading)))

    def detail(self, leading: list[Candidate]) -> str:
        found = sorted(self._behind(leading), key=lambda found: not isinstance(found.value, Interval))
        return ", ".join(list(dict.fromkeys(f.text for f in found if f.text))[:MOST_WORDS])

    def _behind(self, leading: Iterable[Candidate]) -> Iterator[Evidence]:
        for candidate in leading:
            for found in candidate.sample.evidence:
                if found.part in self.parts:
                    yield found


def _notes(leading: list[Candidate]) -> list[str]:
    return [candidate.outcome.note for candidate in leading if candidate.outcome.note]


def _discordance(leading: list[Candidate], others: list[Candidate]) -> list[str]:
    value = leading[0].outcome.value
    different = [found for found in others if found.outcome.conflict or found.outcome.value != value]
    if not different:
        return []
    said = dict.fromkeys(_said(found) for found in sorted(different, key=_shown_order))
    return [f"other results differ: {' and '.join(said)}"]


def _said(candidate: Candidate) -> str:
    sample = candidate.sample
    where = ", ".join(part for part in (spoken(sample.day) if sample.day else "no date", sample.site) if part)
    return f"{_words(candidate)} ({where})"


def _words(candidate: Candidate) -> str:
    if not candidate.outcome.conflict:
        return in_a_word(candidate.outcome.value)
    texts = dict.fromkeys(found.text for found in candidate.sample.evidence if found.text)
    return " against ".join(list(texts)[:MOST_WORDS]) or "results that contradict each other"


def _shown_order(candidate: Candidate) -> tuple[int, str]:
    day = candidate.sample.day
    return (-last_day(day).toordinal() if day else 0, candidate.sample.specimen)


def _results(panel: Panel, definition: FindingDefinition, evidence: list[Evidence]) -> Iterator[Result]:
    """Every result behind a finding, newest first, each once, what counts before what was set aside."""
    parts = panel.behind[definition.code]
    mine = [found for found in evidence if found.part in parts or not found.part]
    counted = {found.origin.reference for found in mine if found.counts}
    mine = [found for found in mine if found.counts or found.origin.reference not in counted]
    seen: set[tuple[str, str, str]] = set()
    for found in sorted(mine, key=_result_order):
        says = said_alone if found.aside_kind == "stale" else outcome_alone  # too old to count, but it was so then
        origin, value = found.origin, says(panel, found, definition).value
        aside = (found.set_aside, found.aside_kind)
        result = Result(origin.reference, value, found.text, origin.day, origin.site, origin.label, *aside, origin.by)
        key = (result.reference, result.text, result.set_aside)
        if key not in seen:
            seen.add(key)
            yield result


def _result_order(found: Evidence) -> tuple[int, str, str, str]:
    day = found.origin.day
    return (-last_day(day).toordinal() if day else 0, found.origin.reference, found.part, found.text)
