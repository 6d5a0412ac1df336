# Each of `make run` and `make test` does all its own set-up, in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

ARGS ?=
PHOTO ?=
RECIPE ?=

.PHONY: run dream test test-postgres soak bench gallery clean
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
	$(BIN)/python -m pytest -n 3 --dist worksteal

# The long ones: many members, kills at random moments.
soak: $(VENV)/ready
	$(BIN)/python -m pytest -m soak --timeout 3600 -rP tests

# What concerns the database, on PostgreSQL: make test-postgres TEST_DATABASE_URL=postgresql://me:secret@localhost/postgres
# The tests make databases of their own on that server, and drop them.
test-postgres: $(VENV)/ready
	@test -n "$(TEST_DATABASE_URL)" || { echo "Name a server: make test-postgres TEST_DATABASE_URL=postgresql://me:secret@localhost/postgres" >&2; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable ".[postgres]"
	TEST_DATABASE_URL="$(TEST_DATABASE_URL)" $(BIN)/python -m pytest -n 3 --dist worksteal tests/bot/store tests/bot/jobs tests/bot/moderation tests/bot/challenges

bench: $(VENV)/ready
	$(BIN)/python -m benchmarks.step
	$(BIN)/python -m benchmarks.precision

# Makes the README's pictures again; needs the weights of inception_v1.
gallery: $(VENV)/ready
	$(BIN)/python docs/gallery.py $(PHOTO)

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache
