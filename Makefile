# Two commands: `make run` shows a training in the browser, `make test` runs every test.
# `make help` lists the rest.

PORT ?= 8080
STATUS ?=
PREFIX ?= /usr/local
PYTHON ?= python3

BUILD_PACKAGES := libmicrohttpd-dev pkg-config
TEST_PACKAGES := $(BUILD_PACKAGES) chromium curl openssl prometheus python3-venv strace

DEBUG := .build/debug/pulse
RELEASE := .build/release/pulse
VENV := .venv
PYTEST := $(VENV)/bin/python -m pytest -q

.PHONY: help
help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

.PHONY: run
run: release ## Serve a small real training job, or STATUS=path/to/status.json, at PORT.
	@tools/run $(RELEASE) $(PORT) $(STATUS)

.PHONY: build
build: build-packages ## Build for debugging.
	swift build

.PHONY: release
release: build-packages ## Build the binary that is shipped.
	swift build -c release --product pulse

.PHONY: test
test: test-swift test-python test-end-to-end ## Run every test.

.PHONY: test-swift
test-swift: build-packages ## Unit tests and wire tests.
	swift test

.PHONY: test-python
test-python: $(VENV)/ready ## Tests of the Python package, and the order's own.
	cd python && ../$(PYTEST)
	PYTHONPATH=python/src $(VENV)/bin/python -m pulse_wrapper

.PHONY: test-end-to-end
test-end-to-end: build test-packages $(VENV)/ready ## Whole processes, a browser, Prometheus.
	PULSE_BINARY=$(abspath $(DEBUG)) $(PYTEST) Tests/EndToEndTests

.PHONY: lint
lint: ## Check the form of the Swift code.
	swift format lint --strict --recursive Package.swift Sources Tests

.PHONY: format
format: ## Give the Swift code its form.
	swift format --in-place --recursive Package.swift Sources Tests

.PHONY: clean
clean: ## Remove what was built.
	rm -rf .build $(VENV)

.PHONY: build-packages
build-packages:
	@tools/install-packages $(BUILD_PACKAGES)

.PHONY: test-packages
test-packages:
	@tools/install-packages $(TEST_PACKAGES)

REQUIREMENTS := python/requirements-test.txt Tests/EndToEndTests/requirements.txt

$(VENV)/ready: $(REQUIREMENTS) | test-packages
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check $(REQUIREMENTS:%=-r %)
	touch $@
