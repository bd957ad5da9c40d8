"""Where the time of `careplan check` goes: processor time of each step, and how long people wait for the whole.

python bench/check.py [template]        default: the template that is used when none is named

Compare the steps of one run with each other; between runs, only the shares. `a case` is the mean of a sample, and its
parts add up to it: reading the findings, drafting, and comparing with what is expected. `what facts are worth` is what
a draft for the page costs beyond that.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plugin.drafting.facts import Facts
from plugin.drafting.plan import draft_from
from plugin.library.content import content_folder, default_template_folder
from plugin.library.own_codes import load_terminology
from plugin.library.template import form_faults, load_template, read_documents
from plugin.quality.cases import read_cases
from plugin.quality.check import check_template
from plugin.quality.running import run_case
from plugin.quality.stated import findings_from_values

SAMPLE = 150


def main() -> None:
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else default_template_folder()
    profiles = content_folder("profiles")
    documents = told("reading its YAML", lambda: read_documents(folder))
    terminology = load_terminology(folder, profiles)
    told("checking its form", lambda: [form_faults(document, terminology) for document in documents])
    template = told("loading the template, all in all", lambda: load_template(folder, profiles))
    cases, _ = told("reading the cases", lambda: read_cases(folder, template))
    sample = random.Random(1).sample(cases, min(SAMPLE, len(cases)))
    for case in sample:
        run_case(case, template)

    def findings() -> list[Any]:
        return [findings_from_values(case.findings, template.vocabulary, case.as_of) for case in sample]

    def drafts(weigh_facts: bool) -> None:
        for found, case in zip(patients, sample, strict=True):
            draft_from(Facts(found, template.vocabulary), template, case.as_of, weigh_facts=weigh_facts)

    patients = told("findings of a case", findings, len(sample))
    told("draft of a case", lambda: drafts(False), len(sample))
    told("draft for the page", lambda: drafts(True), len(sample))
    told("a case", lambda: [run_case(case, template) for case in sample], len(sample))
    began = time.perf_counter()
    check_template(folder, cases[0].as_of, profiles)
    print(f"{'careplan check, waited for':34}{(time.perf_counter() - began) * 1e3:>10.1f} ms")


def told(what: str, work: Callable[[], Any], share: int = 1) -> Any:
    """Do the work, print its processor time divided by `share`, and give what it gave."""
    began = time.process_time()
    result = work()
    print(f"{what:34}{(time.process_time() - began) / share * 1e3:>10.1f} ms", flush=True)
    return result


if __name__ == "__main__":
    main()
