"""Where samples come from, as data: the sites they are told apart by, and what a sample of a known site tells.

`findings.yaml` writes it once, as an extension of its Library; the readers of results carry it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.library.fields import Fields


@dataclass(frozen=True, slots=True)
class SampleSites:
    """The sites that results are told apart by; without any, all samples are alike.

    conditions: of each site, the one that leads first, the ValueSets of Conditions that a result of it is about.
    origin: whose genes a sample of a known site tells of, until somebody says otherwise; empty where that is open.
    unstated: why a result that does not say whose genes it is about does not count, in a sentence part.
    """

    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    origin: str = ""
    unstated: str = "it does not say whose genes it is about"

    @property
    def leading(self) -> str:
        """The site whose samples lead over those of the others; empty where no sites are told apart."""
        return next(iter(self.conditions), "")

    @property
    def sets(self) -> frozenset[str]:
        """Every ValueSet that it names."""
        return frozenset(name for names in self.conditions.values() for name in names)

    def first_of(self, found: set[str]) -> str:
        """The one of these sites that leads; empty where none of them is told apart."""
        return next((site for site in self.conditions if site in found), "")


NO_SITES = SampleSites()


def sample_sites(fields: Fields) -> SampleSites:
    """The sites that the extension `sample-sites` writes down; faults go to the list of its fields."""
    conditions: dict[str, tuple[str, ...]] = {}
    for nested in fields.nested("site"):
        conditions[nested.required("name")] = nested.names("condition")
        nested.finish("the site")
    sites = SampleSites(conditions, fields.one("origin", ""), fields.one("unstated", NO_SITES.unstated))
    fields.finish("the sites of samples")
    return sites
