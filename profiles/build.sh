#!/bin/sh
# Compiles fsh/ into the JSON beside this script. Needs Node.js 20 or newer and npm; asks no FHIR registry.
# The work is done in a scratch folder, so that nothing but the generated JSON appears here.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cp -R "$here/fsh" "$scratch/fsh"
cd "$scratch/fsh"
npm ci --silent
node package-cache.mjs "$scratch"
HOME="$scratch" npx --no-install sushi build --snapshot . --out "$scratch/out" || {
    echo "build.sh: SUSHI found faults (above); nothing was changed" >&2
    exit 1
}
rm -f "$here"/StructureDefinition-*.json
cp "$scratch"/out/fsh-generated/resources/*.json "$here"
