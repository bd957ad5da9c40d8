# Two commands are all a newcomer needs: `make demo` and `make test`. Each makes its own environment first.

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: demo test lint lock clean

demo: $(READY)
	@$(BIN)/careplan demo

test: $(READY) lint
	$(BIN)/pytest -n auto --dist loadgroup -m "not browser and not postgres and not java and not node and not pdf and not pictures"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

$(READY): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "careplan-plugin needs Python 3.11 or newer; install it, or say make PYTHON=/path/to/python3"; exit 1; }
	@echo "Making the environment in $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Extras stay in the lock: older pips fetch the newest release of a bare `name[extra]` and then refuse it for want of a hash.
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras \
		--extra sandbox --extra postgres --extra qa --extra pdf --group dev pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras \
		--extra postgres --extra pdf pyproject.toml -o requirements/run.txt

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
