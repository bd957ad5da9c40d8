"""One CodeSystem for each url: on a server, the codes that a template adds would else take the place of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugin.errors import Fault

Resource = dict[str, Any]
Sourced = tuple[str, Resource]


def completed(sources: Mapping[str, Sourced]) -> tuple[dict[str, Sourced], list[Fault]]:
    """The resources with every fragment of a CodeSystem written into the whole one, and what contradicts.

    sources: file name -> where a resource comes from, and the resource; none of them is changed.
    """
    whole = {
        resource["url"]: name
        for name, (_, resource) in sources.items()
        if resource["resourceType"] == "CodeSystem" and resource["content"] != "fragment"
    }
    kept, faults = dict(sources), []
    for name, (source, fragment) in sources.items():
        if fragment.get("content") != "fragment" or fragment["url"] not in whole:
            continue
        del kept[name]
        home, system = kept[whole[fragment["url"]]]
        known = {concept["code"]: concept for concept in system["concept"]}
        for concept in fragment["concept"]:
            if known.setdefault(concept["code"], concept) != concept:
                message = f"the code '{concept['code']}' is already in {system['id']}, with other words"
                faults.append(Fault(source, None, message, "give it the same words, or a code of its own"))
        added = len(known) - len(system["concept"])
        counted = {"count": system["count"] + added} if "count" in system else {}
        kept[whole[fragment["url"]]] = (home, {**system, **counted, "concept": list(known.values())})
    return kept, faults
