# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Debian's own before any other: it is the one that operators have.
PYTHON ?= $(or $(wildcard /usr/bin/python3.11),$(shell command -v python3.11 || command -v python3))
BIN := .venv/bin
ARGS ?=
# The whole suite measures branch coverage, and is refused below nine tenths; a part of it could not.
WHOLE := --cov --cov-report=term:skip-covered --cov-fail-under=90
# What only Debian has: a browser and CJK fonts for the page tests, systemd-analyze for the units, LibreOffice for .doc
# and .odt.
DEBIAN_PACKAGES := chromium fonts-noto-cjk systemd libreoffice-writer-nogui libreoffice-draw-nogui
# What one of the tools needs that the bench measures beside ours, and what asks the servers.
BENCH_PACKAGES := nodejs npm wrk

.PHONY: help install debian bench-debian demo test fuzz properties storm soak nightly bench lint clean lock

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

install: .venv/.installed  ## build .venv with the locked dependencies

.venv/.installed: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: apt-get install python3.11 python3.11-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh tests/debian.sh python3-venv
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

debian:  ## install by apt-get, as root and where missing, what only Debian has
	@sh tests/debian.sh $(DEBIAN_PACKAGES)

demo: install  ## the main job against the built-in sandbox; ARGS=--once to end by itself
	@$(BIN)/python -m publisher.demo $(ARGS)

test: install debian lint  ## lint, types, floors and every test; ARGS= for a few of them
	$(BIN)/python -m pytest $(or $(ARGS),$(WHOLE))

bench: install debian bench-debian .venv-peers/.installed tests/bench/npm/node_modules/.installed  ## speed and memory by format, beside other converters; how fast issues go out, and readers get them
	@$(BIN)/python -m tests.bench

bench-debian:
	@command -v npm >/dev/null && command -v wrk >/dev/null || sh tests/debian.sh $(BENCH_PACKAGES)

tests/bench/npm/node_modules/.installed: tests/bench/npm/package-lock.json | bench-debian
	cd tests/bench/npm && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# What is measured beside ours; nothing else needs it.
.venv-peers/.installed: tests/bench/peers.lock
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/bench/peers.lock
	@touch $@

fuzz: install debian  ## 10,000 spoilt files and 2,000 sequences of moves, for a night; FUZZ_CASES= for another number
	HYPOTHESIS_PROFILE=nightly MOVES_CASES=2000 FUZZ_CASES=$(or $(FUZZ_CASES),10000) $(BIN)/python -m pytest --timeout 0 -p no:logging tests/test_fuzz.py tests/test_moves_model.py

storm: install  ## ten minutes of faults and kills over ten accounts; STORM_SECONDS= for another time
	$(BIN)/python -m tests.storm $(STORM_SECONDS)

soak: install bench-debian  ## memory of the callback door over a million messages; SOAK_MESSAGES= for another number
	$(BIN)/python -m tests.bench.soak $(SOAK_MESSAGES)

properties: install debian  ## whatever must hold for any input, with new inputs: 2,000 where a test does not say
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest --timeout 0 -m hypothesis

nightly: fuzz properties storm soak  ## what takes too long for every change

lint: install  ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock:  ## pin every dependency anew with its hashes
	$(BIN)/python -m piptools compile --quiet --upgrade --extra dev --generate-hashes --no-emit-index-url \
	  --no-emit-trusted-host --no-emit-find-links --no-header --no-strip-extras --allow-unsafe --no-annotate \
	  -o requirements.lock pyproject.toml

clean:
	rm -rf .venv .venv-peers tests/bench/npm/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage
