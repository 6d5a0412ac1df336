# Each of `make run` and `make test` does all its own set-up, in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

ARGS ?=
PHOTO ?=
RECIPE ?=

.PHONY: run dream test test-postgres soak bench gallery constraints audit clean
.DEFAULT_GOAL := run

$(VENV)/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Dreambot needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The virtual environment could not be made: on Debian and Ubuntu install python3-venv." >&2; exit 1; }
	@echo "Installing into $(VENV); PyTorch is large, so the first time takes some minutes."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable ".[film]" --group dev
	@touch $@

# With a DISCORD_TOKEN (in the environment or in .env) the bot on Discord; without one the bot in its playground, a page
# on this machine: make run ARGS="--open --keep"
run: $(VENV)/ready
	@$(BIN)/python -m bot start $(ARGS)

# Dreams the photograph named by PHOTO, or a landscape that it renders: make dream PHOTO=cat.jpg RECIPE="style=eyes"
dream: $(VENV)/ready
	@$(BIN)/python -m dreamcore first "$(PHOTO)" $(RECIPE)

test: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 4 --dist worksteal

# The long ones: many members, kills at random moments.
soak: $(VENV)/ready
	$(BIN)/python -m pytest -m soak --timeout 3600 -rP tests

# What concerns the database, on PostgreSQL: make test-postgres TEST_DATABASE_URL=postgresql://me:secret@localhost/postgres
# The tests make databases of their own on that server, and drop them.
test-postgres: $(VENV)/ready
	@test -n "$(TEST_DATABASE_URL)" || { echo "Name a server: make test-postgres TEST_DATABASE_URL=postgresql://me:secret@localhost/postgres" >&2; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable ".[postgres]"
	TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(BIN)/python -m pytest -n 3 --dist worksteal tests/bot/store tests/bot/jobs tests/bot/moderation tests/bot/challenges tests/bot/operations/backups tests/bot/owner tests/e2e/test_standby.py

# Measures this machine, and writes the tables of docs/performance.md: make bench ARGS="--quick", ARGS="--device cuda"
bench: $(VENV)/ready
	$(BIN)/python -m benchmarks $(ARGS)

# Makes the README's pictures again; needs the weights of inception_v1.
gallery: $(VENV)/ready
	$(BIN)/python docs/gallery.py $(PHOTO)

# Writes deploy/constraints.txt anew: the newest versions that pyproject.toml allows, together. Python 3.12, as the image.
constraints:
	rm -rf build/constraints
	python3.12 -m venv build/constraints
	build/constraints/bin/python -m pip install -q --disable-pip-version-check ".[film,heif,postgres]"
	@sed -n '/^#/p' deploy/constraints.txt > build/constraints.txt
	build/constraints/bin/python -m pip freeze --all --disable-pip-version-check | grep -v '^dreambot\|^pip=' >> build/constraints.txt
	mv build/constraints.txt deploy/constraints.txt

# Known holes in the packages of deploy/constraints.txt: fails where there are any, and says where none could be looked for.
audit:
	@mkdir -p build
	@test -x build/audit/bin/pip-audit || { $(PYTHON) -m venv build/audit && build/audit/bin/python -m pip install -q --disable-pip-version-check pip-audit; } || { echo "pip-audit could not be installed: nothing is known of these packages." >&2; exit 0; }; \
	build/audit/bin/pip-audit --requirement deploy/constraints.txt --no-deps --disable-pip >build/audit.log 2>&1; status=$$?; \
	cat build/audit.log; \
	if grep -q "known vulnerabilit.* in" build/audit.log && ! grep -q "No known" build/audit.log; then exit 1; fi; \
	if [ $$status -ne 0 ]; then echo "The advisories could not be reached: nothing is known of these packages." >&2; fi

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache
