"""From checked YAML documents to a Template: compiles conditions, resolves codes, groups and citations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.errors import Fault, TemplateError
from plugin.library.about import About, read_about
from plugin.library.activity_file import ActivityReader
from plugin.library.cautions import cautions_of
from plugin.library.conditions import Compiler
from plugin.library.content import system_url
from plugin.library.drug_tables import DrugTables
from plugin.library.elements import coded, coding, condition_text, extension, extensions
from plugin.library.forms import IN_FORM, ON_PAGE, lost_answers, marked
from plugin.library.general_rules import told_apart
from plugin.library.groups import Groups
from plugin.library.near import did_you_mean
from plugin.library.occasions import occasions_of, place_in
from plugin.library.plain_words import read_plain_words
from plugin.library.rules import (
    Activity,
    AlertRule,
    CategoryRule,
    Condition,
    Gate,
    GoalRule,
    ItemKind,
    ItemRule,
    Mark,
    NamedCondition,
    Template,
)
from plugin.library.sources import Citation, Grounds
from plugin.library.terminology import Terminology
from plugin.library.vocabulary import Vocabulary
from plugin.library.yaml_file import Document, ElementPath

CATEGORY, ASSESSMENT, SUPPORT, ALERT = map(system_url, ("treatment-category", "assessment", "supportive-care", "alert"))
ITEM_KINDS: dict[str, ItemKind] = {ASSESSMENT: "assessment", SUPPORT: "supportive-care"}


class Builder:
    """Builds one Template; notes every fault on the way and raises them together."""

    def __init__(self, vocabulary: Vocabulary, terminology: Terminology) -> None:
        self.vocabulary = vocabulary
        self.terminology = terminology
        self.compiler = Compiler(vocabulary)
        self.faults: list[Fault] = self.compiler.faults
        self.activities: dict[str, Activity] = {}
        self.citations: dict[str, Citation] = {}
        self.places: dict[str, tuple[str, int]] = {}
        self.conditions_at: dict[str, tuple[str, int]] = {}
        self.named: dict[str, NamedCondition] = {}
        self.about: About | None = None
        self.category_rules: list[CategoryRule] = []
        self.gates: list[Gate] = []
        self.agent_gates: list[Gate] = []
        self.tables = DrugTables(terminology, self.compiler, self.citations)
        self.item_rules: list[ItemRule] = []
        self.alert_rules: list[AlertRule] = []
        self.goals: dict[str, dict[str, Any]] = {}
        self.goal_rules: list[GoalRule] = []
        self._groups = Groups(terminology, self.activities, self.faults)

    def build(self, documents: list[Document]) -> Template:
        """The template made of these documents; raises TemplateError with every fault."""
        by_type: dict[str, list[Document]] = {}
        for document in documents:
            by_type.setdefault(_kind(document.data), []).append(document)
        for document in by_type.get("logic-library", []):
            self._definitions(document)
        for document in by_type.get("asset-collection", []):
            self._evidence(document)
        for document in by_type.get("module-definition", []):
            self.about = read_about(document, self.vocabulary, self.terminology, self.faults)
        for document in by_type.get("drug-table", []):
            self.tables.read_drugs(document)
        for document in by_type.get("superseded-statements", []):
            self.tables.read_statements(document)
        self._activities(by_type.get("ActivityDefinition", []))
        plain_words = read_plain_words(by_type.get("CodeSystem", []), self.activities, self.faults)
        forms = by_type.get("Questionnaire", [])
        marks, page_marks = (
            {form.data["id"]: dict(self._marks(form, names)) for form in forms} for names in (IN_FORM, ON_PAGE)
        )
        self.faults += [fault for form in forms for fault in lost_answers(form)]
        strategies = by_type.get("workflow-definition", [])
        for document in sorted(by_type.get("clinical-protocol", []), key=place_in(strategies)):
            self._protocol(document)
        self.tables.check_held_back(self.agent_gates)
        if len(strategies) != 1:
            message = (
                f"a template needs exactly one PlanDefinition of type workflow-definition, found {len(strategies)}"
            )
            self.faults.append(Fault("strategy.yaml", None, message, "keep one strategy.yaml that names the template"))
        occasions = occasions_of(strategies, self.compiler)
        cautions = cautions_of(self.vocabulary.course, self.citations, self.faults)
        if self.faults:
            raise TemplateError(self.faults)
        strategy = strategies[0].data
        return Template(
            id=strategy["id"],
            url=strategy["url"],
            version=strategy["version"],
            title=strategy["title"],
            vocabulary=self.vocabulary,
            category_rules=tuple(self.category_rules),
            gates=tuple(self.gates),
            item_rules=tuple(told_apart(self.item_rules)),
            alert_rules=tuple(self.alert_rules),
            activities=self.activities,
            citations=self.citations,
            questionnaires={
                # The same kind of form has its own id and url in each template, so that all can lie on one server.
                document.data["id"].removeprefix(f"{strategy['id']}-"): document.data
                for document in forms
            },
            part_urls=(
                *(
                    f"{document.data['url']}|{document.data['version']}"
                    for kind in ("workflow-definition", "clinical-protocol")
                    for document in by_type.get(kind, [])
                ),
                *self.vocabulary.code_sets.local_urls,
            ),
            resources=tuple(document.data for document in documents),
            drugs=self.tables.drugs,
            parts=self.tables.parts,
            agent_gates=tuple(self.agent_gates),
            combinations=tuple(self.tables.combinations),
            superseded=tuple(self.tables.superseded),
            named=self.named,
            places=self.places,
            conditions_at=self.conditions_at,
            about=self.about,
            date=strategy.get("date", ""),
            reviewed=strategy.get("lastReviewDate", ""),
            review_due=strategy.get("effectivePeriod", {}).get("end", ""),
            goal_rules=tuple(self.goal_rules),
            marks=marks,
            page_marks=page_marks,
            terminology=self.terminology,
            occasions=occasions,
            cautions=cautions,
            plain_words=plain_words,
        )

    def _definitions(self, document: Document) -> None:
        texts = {}
        descriptions = {}
        for index, each in enumerate(document.data.get("extension", [])):
            expression = each.get("valueExpression", {})
            path = ("extension", index, "valueExpression", "expression")
            name = expression.get("name", "")
            if self.vocabulary.by_variable(name) is not None or name in texts:
                remedy = "choose a name that no finding and no other named condition has"
                self.faults.append(document.fault(path, f"the name '{name}' is already taken", remedy))
            texts[name] = (expression.get("expression", ""), document, path)
            descriptions[name] = expression.get("description", name)
        self.compiler.define(texts)
        for name in [name for name in texts if name in self.compiler.definitions]:
            condition = Condition(texts[name][0], self.compiler.definitions[name])
            self.named[name] = NamedCondition(name, descriptions[name], condition)
            self.conditions_at[name] = (document.file, document.line(*texts[name][2]))

    def _evidence(self, document: Document) -> None:
        for index, artifact in enumerate(document.data.get("relatedArtifact", [])):
            if artifact["id"] in self.citations:
                message = f"the source '{artifact['id']}' stands twice"
                self.faults.append(document.fault(("relatedArtifact", index, "id"), message, "keep one of the two"))
            verification = extension(artifact, "evidence-verification", "knowledge")
            self.citations[artifact["id"]] = Citation(
                id=artifact["id"],
                citation=artifact["citation"],
                url=artifact.get("url", ""),
                year=extension(artifact, "evidence-year"),
                kind=extension(artifact, "evidence-kind", ""),
                verification=verification,
                read="" if verification == "knowledge" else extension(artifact, "evidence-read", ""),
                organisation=artifact.get("label", ""),
                title=artifact.get("display", ""),
            )

    def _activities(self, documents: list[Document]) -> None:
        reader = ActivityReader(
            self.citations, self.terminology.displays("monitored-area"), self.vocabulary, self.faults
        )
        for document in documents:
            activity = reader.read(document)
            if activity.code in self.activities:
                remedy = "keep one ActivityDefinition per code"
                self.faults.append(document.fault(("code",), f"the item '{activity.code}' is described twice", remedy))
            self.tables.check_use(activity.agents, activity.code, document, ())
            self.activities[activity.code] = activity

    def _protocol(self, document: Document) -> None:
        self.goals = {goal["id"]: goal for goal in document.data.get("goal", [])}
        for index, goal in enumerate(document.data.get("goal", [])):
            for element in ("description", "category"):
                self._known_code(goal[element], document, ("goal", index, element))
        for index, action in enumerate(document.data.get("action", [])):
            path: ElementPath = ("action", index)
            self._unique(action.get("id", ""), document, path)
            text = condition_text(action)
            where = (*path, "condition", 0, "expression", "expression")
            condition = self.compiler.condition(text, document, where) if text else None
            self.conditions_at[action.get("id", "")] = (document.file, document.line(*where))
            if not text:
                remedy = "add a condition of kind applicability; write true if it always holds"
                self.faults.append(document.fault(path, f"rule '{action.get('id')}' has no condition", remedy))
            if condition is not None:
                self._rule(action, condition, document, path)

    def _suspected(self, action: dict[str, Any], document: Document, path: ElementPath) -> Condition | None:
        expression = extension(action, "rule-suspected-when", {})
        return self.compiler.condition(expression["expression"], document, path) if expression else None

    def _rule(self, action: dict[str, Any], condition: Condition, document: Document, path: ElementPath) -> None:
        system, code = coding(action)
        if extension(action, "gate-disposition"):
            gate = self._gate(action, condition, document, path)
            (self.agent_gates if gate.agents else self.gates).append(gate)
        elif extension(action, "combination-disposition"):
            self.tables.add_combination(action, condition, self._grounds(action, document, path), document, path)
        elif "goalId" in action:
            self._goal_rule(action, condition, document, path)
        elif system == CATEGORY and self._described(code, document, path):
            self.category_rules.append(
                CategoryRule(
                    id=action["id"],
                    code=code,
                    title=action["title"],
                    reason=action.get("description", action["title"]),
                    condition=condition,
                    disposition=extension(action, "rule-disposition", "offered"),
                    grounds=self._grounds(action, document, path),
                    flags=tuple(extensions(action, "rule-flag")),
                    regulatory_status=extension(action, "rule-regulatory-status", ""),
                    suspected=self._suspected(action, document, path),
                )
            )
        elif system in ITEM_KINDS and self._described(code, document, path):
            self.item_rules.append(
                ItemRule(
                    id=action["id"],
                    kind=ITEM_KINDS[system],
                    code=code,
                    title=action["title"],
                    reason=action.get("description", action["title"]),
                    condition=condition,
                    accompanies=frozenset(self._groups.targets(action, "accompanies", document, path)),
                    grounds=self._grounds(action, document, path),
                    leads=bool(extension(action, "rule-leads", False)),
                    disputed=extension(action, "rule-disputed", ""),
                )
            )
        elif system == ALERT:
            level = extension(action, "alert-level", "warning")
            grounds = self._grounds(action, document, path)
            disputed = extension(action, "rule-disputed", "")
            self.alert_rules.append(AlertRule(action["id"], code, action["title"], level, condition, grounds, disputed))
        elif system not in (CATEGORY, *ITEM_KINDS):
            remedy = "use one of the CodeSystems treatment-category, assessment, supportive-care, alert, or a gate"
            self.faults.append(document.fault((*path, "code"), f"no rule can have a code of system '{system}'", remedy))

    def _goal_rule(self, action: dict[str, Any], condition: Condition, document: Document, path: ElementPath) -> None:
        [goal_id] = action["goalId"]
        goal = self.goals.get(goal_id)
        if goal is None:
            message = f"rule '{action['id']}' proposes the goal '{goal_id}', which this file does not describe"
            remedy = f"{did_you_mean(goal_id, self.goals)}describe it under goal: or correct the id"
            self.faults.append(document.fault((*path, "goalId"), message, remedy))
            return
        self.goal_rules.append(
            GoalRule(
                id=action["id"],
                code=coded(goal["description"])[1],
                label=goal["description"]["text"],
                category=coded(goal["category"])[1],
                reason=action.get("description", action["title"]),
                condition=condition,
                grounds=self._grounds(action, document, path),
            )
        )

    def _known_code(self, concept: dict[str, Any], document: Document, path: ElementPath) -> None:
        system, code = coded(concept)
        name = system.rsplit("/", 1)[-1]
        known = self.terminology.displays(name)
        if code not in known:
            near = did_you_mean(code, known)
            remedy = f"{near}use a code of CodeSystem-{name}.json, or add it in codes/ of the template"
            self.faults.append(document.fault(path, f"'{code}' is no code of {system}", remedy, code))

    def _marks(self, document: Document, names: tuple[str, str]) -> Iterator[tuple[str, Mark]]:
        """When the items and answers of a form belong there, as the two extensions with these names say."""
        when, beside = names
        for each in marked(document.data, names):
            text = extension(each.element, when, {}).get("expression", "")
            where = (*each.where(when), "valueExpression", "expression")
            condition = self.compiler.condition(text, document, where) if text else None
            targets = self._groups.targets(each.element, beside, document, each.where(beside))
            yield each.key, Mark(condition, frozenset(targets))

    def _gate(self, action: dict[str, Any], condition: Condition, document: Document, path: ElementPath) -> Gate:
        return Gate(
            id=action["id"],
            title=action["title"],
            reason=action.get("description", action["title"]),
            condition=condition,
            disposition=extension(action, "gate-disposition"),
            targets=frozenset(self._groups.targets(action, "gate-target", document, path)),
            companions=tuple(extensions(action, "gate-companion")),
            presumption_stands=extension(action, "gate-presumption") == "stands",
            grounds=self._grounds(action, document, path),
            agents=self.tables.known_agents(extensions(action, "gate-agent"), document, path),
            presumption_waits=extension(action, "gate-presumption") == "waits",
            waits_alone=extension(action, "gate-waiting") == "alone",
        )

    def _grounds(self, action: dict[str, Any], document: Document, path: ElementPath) -> Grounds:
        citations: list[Citation] = []
        for index, artifact in enumerate(action.get("documentation", [])):
            citation = self.citations.get(artifact.get("label", ""))
            if citation is None:
                message = f"'{artifact.get('label')}' is not in evidence.yaml"
                remedy = (
                    f"{did_you_mean(str(artifact.get('label')), self.citations)}add the source there or correct its id"
                )
                self.faults.append(document.fault((*path, "documentation", index), message, remedy))
            else:
                citations.append(citation)
        marked = bool(extension(action, "rule-unsourced", False))
        if not action.get("documentation") and not marked:
            remedy = "cite a source of evidence.yaml, or mark the rule with the extension rule-unsourced"
            self.faults.append(document.fault(path, f"rule '{action['id']}' cites nothing", remedy))
        checked = tuple(citation for citation in citations if citation.checked)
        return Grounds(
            citations=checked,
            kind=extension(action, "rule-evidence", ""),
            confidence=extension(action, "rule-confidence", ""),
            documented=tuple(extensions(action, "rule-source")),
            unsourced=marked or not checked,
        )

    def _unique(self, rule_id: str, document: Document, path: ElementPath) -> None:
        if not rule_id:
            self.faults.append(document.fault(path, "a rule without id", "give it a stable, unique id"))
        elif rule_id in self.places:
            message = f"the id '{rule_id}' stands already in {self.places[rule_id][0]}"
            self.faults.append(
                document.fault((*path, "id"), message, "ids are unique over the whole template; rename one")
            )
        self.places[rule_id] = (document.file, document.line(*path))

    def _described(self, code: str, document: Document, path: ElementPath) -> bool:
        if code in self.activities:
            return True
        message = f"the item '{code}' has no ActivityDefinition"
        remedy = f"{did_you_mean(code, self.activities)}describe it in activities/ or correct the code"
        self.faults.append(document.fault((*path, "code"), message, remedy))
        return False


def _kind(resource: dict[str, Any]) -> str:
    """The resource type, or for PlanDefinition and Library the code of their type, which tells their part apart."""
    for candidate in resource.get("type", {}).get("coding", []) if isinstance(resource.get("type"), dict) else []:
        return str(candidate.get("code", ""))
    return str(resource["resourceType"])
