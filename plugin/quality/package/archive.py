"""The archive itself: manifest, index, resources in a fixed order and no clock, so that same in gives same out."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from typing import Any

import orjson

from plugin.library.content import CANONICAL
from plugin.quality.made import Made
from plugin.quality.package.contents import Contents

NAME = "careplan-plugin.templates"
FHIR_VERSION = "4.0.1"
INDEX_VERSION = 2
# What an entry of the index repeats of its resource; https://hl7.org/fhir/packages.html#2.1.10.4
INDEXED = ("resourceType", "id", "url", "version", "kind", "type", "supplements", "content", "derivation")


def archive(contents: Contents, version: str, stamp: Made | None = None) -> bytes:
    """The package as a gzipped tar: the same contents and version give the same bytes."""
    files = {
        "package/package.json": manifest(version, stamp),
        "package/.index.json": _index(contents.resources),
        **{f"package/{name}": resource for name, resource in contents.resources.items()},
        "package/example/.index.json": _index(contents.examples),
        **{f"package/example/{name}": resource for name, resource in contents.examples.items()},
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, document in files.items():
            data = orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return gzip.compress(packed.getvalue(), mtime=0)


def manifest(version: str, stamp: Made | None = None) -> dict[str, Any]:
    """The `package.json` of this version; stamp: what it was made from, which readers of packages pass over."""
    return {
        "name": NAME,
        "version": version,
        "canonical": CANONICAL,
        "title": "Care-plan templates and the profiles they are written in",
        "description": "Templates that drafts of care plans are made from, the profiles, value sets, code systems "
        "and maps they use, and drafts of synthetic patients. Decision support for review by a clinician.",
        "author": "careplan-plugin",
        "license": "Apache-2.0",
        "fhirVersions": [FHIR_VERSION],
        "type": "Conformance",
        "dependencies": {"hl7.fhir.r4.core": FHIR_VERSION},
        "directories": {"lib": "package", "example": "package/example"},
        **({"careplan": _stamped(stamp)} if stamp else {}),
    }


def _stamped(stamp: Made) -> dict[str, Any]:
    told = {"software": stamp.software, "as_of": stamp.on, "profiles": stamp.profiles}
    return {**told, "templates": stamp.content, **({"commit": stamp.commit} if stamp.commit else {})}


def _index(resources: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    files = [
        {"filename": name, **{key: resource[key] for key in INDEXED if isinstance(resource.get(key), str)}}
        for name, resource in resources.items()
    ]
    return {"index-version": INDEX_VERSION, "files": files}
