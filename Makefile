# Two commands: `make run` shows trainings in the browser, `make test` runs every test.
# `make help` lists the rest.

PORT ?= 8080
STATUS ?=
PREFIX ?= /usr/local
PYTHON ?= python3
# NATS makes the binary that is shipped able to talk to it: docs/SCALING.md.
TRAITS ?=

BUILD_PACKAGES := libmicrohttpd-dev libsqlite3-dev pkg-config $(if $(TRAITS),libnats-dev)
NATS_PACKAGES := libnats-dev nats-server
TEST_PACKAGES := $(BUILD_PACKAGES) $(NATS_PACKAGES) apache2-bin caddy chromium curl esbuild firefox-esr gcc jq libfuse2 \
	man-db nginx node-react node-react-dom openssl prometheus python3-venv slowhttptest strace systemd

DEBUG := .build/debug/pulse
RELEASE := .build/release/pulse
# For trying and testing, in a folder of its own: beside it all is built without the trait.
NATS := --traits NATS --scratch-path .build-nats
NATS_DEBUG := .build-nats/debug/pulse
NATS_RELEASE := .build-nats/release/pulse
# The Swift runtime goes into the binary: it needs no toolchain where it runs, and starts faster.
RELEASE_FLAGS := -c release --product pulse --static-swift-stdlib $(TRAITS:%=--traits %)
MAN := docs/man
VENV := .venv
DOCS_VENV := .venv-docs
PYTEST := $(VENV)/bin/python -m pytest -q
# Whole processes wait for each other most of the time.
PARALLEL := -n 3 --dist loadfile
BINARIES := PULSE_BINARY=$(abspath $(DEBUG)) PULSE_NATS_BINARY=$(abspath $(NATS_DEBUG))

.PHONY: help
help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

.PHONY: run
run: release ## Serve a demo of three small trainings, or STATUS=path/to/status.json, at PORT.
	@tools/run $(RELEASE) $(PORT) $(STATUS)

.PHONY: build
build: build-packages ## Build for debugging.
	swift build

.PHONY: release
release: build-packages ## Build the binary that is shipped.
	swift build $(RELEASE_FLAGS)

.PHONY: run-cluster
run-cluster: nats-packages ## Serve a small real training by two servers, over three nodes of NATS.
	swift build $(RELEASE_FLAGS) $(NATS)
	@$(PYTHON) tools/run-cluster $(NATS_RELEASE) $(PORT)

.PHONY: build-nats
build-nats: nats-packages ## Build for debugging, with NATS.
	swift build --product pulse $(NATS)

.PHONY: test
test: test-swift test-simulator test-python test-end-to-end ## Run every test.

.PHONY: test-swift
test-swift: build-packages ## Unit tests and wire tests.
	swift test

SIMULATE := .build/release/simulate
SEED ?=
STEPS ?= 1000000

.PHONY: simulate
simulate: build-packages ## Simulate trainers, file systems and clocks: SEED=7 STEPS=10000000.
	swift build -c release --product simulate
	$(SIMULATE) $(SEED:%=--seed %) --steps $(STEPS)

# A walk that is the same everywhere: it depends on no clock.
.PHONY: test-simulator
test-simulator: ## The simulator's walk that must always hold: less than a minute.
	$(MAKE) simulate SEED=1 STEPS=20000000

.PHONY: test-python
test-python: $(VENV)/ready ## Tests of the Python package, and the order's own.
	cd python && ../$(PYTEST)
	PYTHONPATH=python/src $(VENV)/bin/python -m pulse_wrapper

.PHONY: test-end-to-end
test-end-to-end: build build-nats release test-packages $(VENV)/ready ## Whole processes, a browser, Prometheus, NATS.
	$(BINARIES) $(PYTEST) $(PARALLEL) Tests/EndToEndTests || $(MAKE) test-again

# What failed beside others on a machine that is at its limit is to hold alone, or it fails for good. A test that is named
# here needs mending all the same: it, or what it found, depends on who is first.
.PHONY: test-again
test-again:
	@echo "Once more, one after the other:"
	$(BINARIES) $(PYTEST) -v --last-failed --last-failed-no-failures none Tests/EndToEndTests

CONFORMANCE := Tests/ConformanceTests

.PHONY: test-conformance
test-conformance: release deb test-packages $(VENV)/ready ## Run the suites of others: a table, in a few minutes. WRITE=1 keeps it.
	PULSE_BINARY=$(abspath $(RELEASE)) $(VENV)/bin/python $(CONFORMANCE)/conformance.py $(WRITE:1=--write)

.PHONY: test-nats
test-nats: build build-nats test-packages $(VENV)/ready ## The end-to-end tests of NATS alone.
	$(BINARIES) $(PYTEST) $(PARALLEL) Tests/EndToEndTests/test_nats_*.py Tests/EndToEndTests/test_scaling_document.py

.PHONY: test-python-versions
test-python-versions: ## Test the Python package with each Python from 3.9 on that is there.
	python/run-versions -q

.PHONY: test-integrations
test-integrations: build test-packages ## Train tiny real models with the real frameworks.
	PULSE_BINARY=$(abspath $(DEBUG)) python/run-integrations -q

.PHONY: test-notebook
test-notebook: build test-packages ## Show the panel in a real JupyterLab, behind jupyter-server-proxy.
	PULSE_BINARY=$(abspath $(DEBUG)) python/run-integrations notebook -q

.PHONY: test-gpu
test-gpu: build ## Train on this machine's GPU, and fail on it; says so where there is none.
	PULSE_BINARY=$(abspath $(DEBUG)) python/run-integrations gpu -q

.PHONY: test-containers
test-containers: dist deb $(VENV)/ready ## Image (without an engine), unit, wheel, tarball, package in a clean Debian; as root.
	@tools/install-packages curl debootstrap git iproute2 openssl zstd
	$(PYTEST) Tests/ContainerTests

.PHONY: test-stress
test-stress: release ## Load a real server until it should give in: about half an hour.
	@tools/install-packages gcc slowhttptest strace
	PULSE_BINARY=$(abspath $(RELEASE)) $(PYTHON) Tests/StressTests/stress.py

.PHONY: test-kills
test-kills: release ## Kill a thousand servers with an archive at random moments: some five minutes.
	PULSE_BINARY=$(abspath $(RELEASE)) $(PYTHON) Tests/StressTests/stress.py archive-kills

.PHONY: test-sanitize
test-sanitize: build-packages ## Run all Swift tests with the address and thread sanitizers.
	Tests/Sanitizers/sanitize address
	Tests/Sanitizers/sanitize thread

.PHONY: bench
bench: build-packages ## Measure Pulse beside nginx, nchan, TensorBoard, trackio, bare C: 40 minutes.
	@tools/install-packages chromium gcc libnginx-mod-nchan nginx python3-venv wrk
	$(PYTHON) benchmarks/run.py

.PHONY: bench-check
bench-check: build-packages ## Count the instructions of the hot paths: none may take 5 % more than recorded.
	@tools/install-packages binutils valgrind
	$(PYTHON) benchmarks/check.py

.PHONY: bench-cluster
bench-cluster: nats-packages ## Measure two servers on three nodes of NATS, and kill leaders: twelve minutes.
	@tools/install-packages gcc
	$(PYTHON) benchmarks/cluster.py --write docs/SCALING.md

.PHONY: fuzz
fuzz: build-packages ## Try a million documents against three opinions, then a minute by coverage.
	swift build -c release --product Verdicts
	$(PYTHON) Tests/FuzzTests/fuzz.py --inputs 1000000 --verdicts .build/release/Verdicts
	Tests/FuzzTests/coverage 60

.PHONY: screenshots
screenshots: build test-packages $(VENV)/ready ## Make the pictures of the panel anew.
	PULSE_BINARY=$(abspath $(DEBUG)) $(VENV)/bin/python Tests/EndToEndTests/screenshots.py

# Where files are put: below DESTDIR for a package, which may be relative and have spaces.
TARGET = $(DESTDIR)$(PREFIX)
PANEL = find public -type f -printf '%P\0' | xargs -0 -I{}

# The unit names the prefix, and systemd gives these characters a meaning.
.PHONY: check-prefix
check-prefix:
	@case '$(PREFIX)' in [!/]* | *[[:space:]\|\&%\"\\\$$]*) \
		echo "PREFIX is an absolute path without spaces: $(PREFIX)" >&2; exit 1;; esac

.PHONY: install
install: check-prefix release ## Install binary, panel, man pages, completions and unit below PREFIX.
	install -D --strip --strip-program=tools/strip $(RELEASE) "$(TARGET)/bin/pulse"
	$(PANEL) install -D -m 644 public/{} "$(TARGET)/share/pulse/public/{}"
	install -D -m 644 -t "$(TARGET)/share/man/man1" $(MAN)/*.1
	$(RELEASE) --generate-completion-script bash | \
		install -D -m 644 /dev/stdin "$(TARGET)/share/bash-completion/completions/pulse"
	$(RELEASE) --generate-completion-script zsh | \
		install -D -m 644 /dev/stdin "$(TARGET)/share/zsh/site-functions/_pulse"
	$(RELEASE) --generate-completion-script fish | \
		install -D -m 644 /dev/stdin "$(TARGET)/share/fish/vendor_completions.d/pulse.fish"
	sed 's|@PREFIX@|$(PREFIX)|' deploy/systemd/pulse.service | \
		install -D -m 644 /dev/stdin "$(TARGET)/lib/systemd/system/pulse.service"

.PHONY: uninstall
uninstall: check-prefix ## Remove just what install put there.
	rm -f "$(TARGET)/bin/pulse"
	$(PANEL) rm -f "$(TARGET)/share/pulse/public/{}"
	[ ! -d "$(TARGET)/share/pulse" ] || find "$(TARGET)/share/pulse" -depth -type d -empty -delete
	for page in $(notdir $(wildcard $(MAN)/*.1)); do rm -f "$(TARGET)/share/man/man1/$$page"; done
	rm -f "$(TARGET)/share/bash-completion/completions/pulse"
	rm -f "$(TARGET)/share/zsh/site-functions/_pulse"
	rm -f "$(TARGET)/share/fish/vendor_completions.d/pulse.fish"
	rm -f "$(TARGET)/lib/systemd/system/pulse.service"

PACKAGING := .build-packages/venv
MAKE_PACKAGE = $(PACKAGING)/bin/python packaging/make_

.PHONY: wheel
wheel: release $(PACKAGING)/ready ## Make dist/*.whl: binary, panel, C libraries and pulse_wrapper in one.
	$(MAKE_PACKAGE)wheel.py

.PHONY: dist
dist: release $(PACKAGING)/ready ## Make the wheel, and dist/*.tar.gz, which runs where it is unpacked.
	$(MAKE_PACKAGE)dist.py

.PHONY: deb
deb: release ## Make the Debian package dist/*.deb, and have lintian judge it.
	@tools/install-packages debhelper lintian
	$(PYTHON) packaging/make_deb.py

.PHONY: reproducible
reproducible: ## Make the packages of the newest commit twice, and compare: two release builds.
	tools/reproducible

$(PACKAGING)/ready: packaging/requirements.txt
	@tools/install-packages binutils python3-venv
	$(PYTHON) -m venv $(PACKAGING)
	$(PACKAGING)/bin/pip install --quiet --disable-pip-version-check -r packaging/requirements.txt
	touch $@

# The plugin builds with flags of its own, so it gets a folder of its own.
.PHONY: man
man: build-packages ## Generate the man pages anew from the commands.
	mkdir -p $(MAN)
	swift package --scratch-path .build-man --allow-writing-to-directory $(MAN) \
		generate-manual --multi-page --section 1 --output-directory $(MAN) >/dev/null

.PHONY: reference
reference: build ## Write the tables of docs/REFERENCE.md anew: routes, metrics, options.
	$(PYTHON) tools/reference $(DEBUG)

.PHONY: docs
docs: $(DOCS_VENV)/ready ## Build the documentation as a site: .build-site/html/index.html.
	tools/site $(DOCS_VENV)/bin/python

$(DOCS_VENV)/ready: docs/requirements.txt
	@tools/install-packages python3-venv
	$(PYTHON) -m venv $(DOCS_VENV)
	$(DOCS_VENV)/bin/pip install --quiet --disable-pip-version-check -r docs/requirements.txt
	touch $@

.PHONY: docs-api
docs-api: build-packages ## Build the documentation of the libraries.
	swift package --scratch-path .build-docs --allow-writing-to-directory .build-docs/site \
		generate-documentation --target Pulse --target PulseMonitor --target PulseServer --target MicroHTTPD \
		--warnings-as-errors --enable-experimental-combined-documentation \
		--output-path .build-docs/site

.PHONY: lint
lint: ## Check the form of the Swift code.
	swift format lint --strict --recursive Package.swift Sources Tests

.PHONY: format
format: ## Give the Swift code its form.
	swift format --in-place --recursive Package.swift Sources Tests

.PHONY: clean
clean: ## Remove what was built.
	rm -rf dist .build .build-address .build-nats .build-packages .build-site .build-thread $(VENV) $(DOCS_VENV)

.PHONY: build-packages
build-packages:
	@tools/install-packages $(BUILD_PACKAGES)

.PHONY: nats-packages
nats-packages:
	@tools/install-packages $(BUILD_PACKAGES) $(NATS_PACKAGES)

.PHONY: test-packages
test-packages:
	@tools/install-packages $(TEST_PACKAGES)

REQUIREMENTS := $(addsuffix /requirements.txt,Tests/EndToEndTests $(CONFORMANCE) docs) python/requirements-test.txt

$(VENV)/ready: $(REQUIREMENTS) | test-packages
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check $(REQUIREMENTS:%=-r %)
	touch $@
