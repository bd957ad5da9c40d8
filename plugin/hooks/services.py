"""The services that we offer, and the answer of each to a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from plugin.drafting.facts import Facts
from plugin.drafting.plan import draft_from
from plugin.errors import HookError, InputError
from plugin.findings.reader import read_findings
from plugin.hooks.call import HookCall
from plugin.hooks.card import CardMaker, Message
from plugin.hooks.order_card import order_message, unread_message
from plugin.hooks.ordered import DrugNames
from plugin.hooks.plan_card import plan_message
from plugin.hooks.prefetch import CallChart, prefetch_templates
from plugin.hooks.verdict import Judge
from plugin.library.rules import Template
from plugin.settings import Settings

Json = dict[str, Any]
PLAN, ORDERS = "careplan-draft", "careplan-orders"
MOST_CARDS = 10
USAGE = (
    "Needs Patient, Observation and Condition, prefetched or readable from fhirServer; everything else of the prefetch "
    "templates that is missing is named on the card. Register this service's URL as the audience of your tokens."
)


@dataclass(frozen=True, slots=True)
class Service:
    """A service at one hook. Two hooks share an id where the cards of the second replace those of the first."""

    id: str
    hook: str
    title: str
    description: str

    def described(self) -> Json:
        """As discovery lists it (CDS Hooks 2.0, Discovery)."""
        return {
            "id": self.id,
            "hook": self.hook,
            "title": self.title,
            "description": self.description,
            "usageRequirements": USAGE,
            "prefetch": prefetch_templates(),
        }


def services_of(template: Template) -> tuple[Service, ...]:
    """The services at the hooks at which the template speaks by itself."""
    draft = f"Drafts a care plan for review: {template.title}. One card: what is offered, what waits, what is missing."
    orders = (
        f"Warns where a safety rule of '{template.title}' speaks against a drug, where a test belongs before it, "
        "or where it waits for a fact, and says which order could not be looked at. Never orders or suggests an order."
    )
    every = (
        Service(PLAN, "patient-view", "Care plan draft", draft),
        Service(ORDERS, "order-select", "Orders against the care plan", orders),
        Service(ORDERS, "order-sign", "Orders against the care plan", orders),
    )
    return tuple(service for service in every if service.hook in template.occasions)


class Advisor:
    """Answers calls with cards, by the one template. Remembers nothing of any patient."""

    def __init__(self, template: Template, settings: Settings) -> None:
        self._template = template
        self._names = DrugNames(template)
        self._cards = CardMaker(template, settings)

    def cards(self, call: HookCall, chart: CallChart, as_of: date) -> list[Json]:
        """The cards for a call; none where the template is not for this patient, or has nothing to say.

        Raises HookError 400 where the resources are no chart of one patient.
        """
        if call.by_layperson:
            return []
        about = self._about_plan if call.hook == "patient-view" else self._about_orders
        try:
            messages = about(call, chart, as_of)
        except InputError as error:
            raise HookError(f"the resources of the call cannot be read: {error}") from error
        return [self._cards.card(message, call) for message in messages[:MOST_CARDS]]

    def _about_plan(self, call: HookCall, chart: CallChart, as_of: date) -> list[Message]:
        facts = self._facts(call, chart, as_of)
        if facts is None:
            return []
        message = plan_message(draft_from(facts, self._template, as_of), chart.gaps, self._template)
        return [message] if message else []

    def _about_orders(self, call: HookCall, chart: CallChart, as_of: date) -> list[Message]:
        """The chart is read only where an order names a drug that the template knows, or none that can be told."""
        beside = _referable([*call.drafted, *chart.resources, *chart.drugs])
        orders = self._names.ordered(call.orders, beside, as_of, chart.unread)
        facts = self._facts(call, chart, as_of) if any(orders) else None
        if facts is None:
            return []
        draft = draft_from(facts, self._template, as_of, weigh_facts=False)
        if draft.no_plan:
            return []
        judge = Judge(draft, facts, self._template)
        verdicts = [verdict for each in orders.known if (verdict := judge.verdict(each))]
        # Those not looked at come first: the number of cards is limited, and no limit may hide them.
        unread = [unread_message(orders.unread)] if orders.unread else []
        return [*unread, *(order_message(verdict, chart.gaps, self._template) for verdict in verdicts)]

    def _facts(self, call: HookCall, chart: CallChart, as_of: date) -> Facts | None:
        """What the chart tells; None where that does not make the patient one whom the template speaks of."""
        findings = read_findings(chart.resources, self._template.vocabulary, as_of)
        facts = Facts(findings, self._template.vocabulary)
        return facts if facts.truth(self._template.occasions[call.hook]) is True else None


def _referable(resources: list[Json]) -> list[Json]:
    """What an order may refer to: its drug, the reason for it, and the patient that it is for."""
    return [one for one in resources if one["resourceType"] in ("Patient", "Medication", "Condition")]
