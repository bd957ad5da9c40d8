"""The child process that runs the sandbox's FHIR server (sekmet-fhir); started by `fhir_server`, not by people.

It serves until its standard input closes, so that it never outlives the program that started it.
"""

from __future__ import annotations

import argparse
import sys
import threading

import uvicorn
from sekmet.config import Settings, set_settings
from sekmet.fhir.search_params import PARAMS, SearchParam
from sekmet.main import create_app

# Search parameters of FHIR R4 that sekmet-fhir 0.1.1 stores nothing for. It answers a search by an unknown parameter
# with every resource of the type, so what we search by has to be known to it: type, name, kind, element, target type.
MISSING_SEARCH_PARAMETERS = (
    ("Goal", "identifier", "token", "identifier", None),
    ("Goal", "subject", "reference", "subject", None),
    ("Goal", "patient", "reference", "subject", "Patient"),
    ("Goal", "lifecycle-status", "token", "lifecycleStatus", None),
    ("GuidanceResponse", "identifier", "token", "identifier", None),
    ("GuidanceResponse", "subject", "reference", "subject", None),
    ("GuidanceResponse", "patient", "reference", "subject", "Patient"),
    ("Questionnaire", "identifier", "token", "identifier", None),
    ("Questionnaire", "url", "uri", "url", None),
    ("Questionnaire", "version", "token", "version", None),
    ("Questionnaire", "status", "token", "status", None),
    ("QuestionnaireResponse", "identifier", "token", "identifier", None),
    ("QuestionnaireResponse", "subject", "reference", "subject", None),
    ("QuestionnaireResponse", "patient", "reference", "subject", "Patient"),
    ("QuestionnaireResponse", "questionnaire", "uri", "questionnaire", None),
    ("QuestionnaireResponse", "status", "token", "status", None),
    ("QuestionnaireResponse", "authored", "date", "authored", None),
)


def add_missing_search_parameters() -> None:
    """Teach the server the search parameters that it leaves out."""
    for resource_type, name, kind, path, target in MISSING_SEARCH_PARAMETERS:
        PARAMS.setdefault(resource_type, {})[name] = SearchParam(name, kind, (path,), target)


def main() -> None:
    """Serve FHIR R4 on one loopback port from one data folder, until standard input closes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", required=True)
    arguments = parser.parse_args()
    settings = Settings.model_validate(
        {
            "base_url": f"http://127.0.0.1:{arguments.port}/fhir",
            "host": "127.0.0.1",
            "port": arguments.port,
            "data_dir": arguments.data,
            "own_private_key_path": f"{arguments.data}/key.pem",
            "simulator": {"enabled": False},
            "log_inbound": False,
        }
    )
    set_settings(settings)
    add_missing_search_parameters()
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), host="127.0.0.1", port=arguments.port, log_level="warning")
    )
    threading.Thread(target=_stop_with_parent, args=(server,), daemon=True).start()
    server.run()


def _stop_with_parent(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    main()
