# Short names for what script/, tools/ and cmake/ do. `make` alone lists them.
.PHONY: help build test check format package test-asan test-tsan test-slow fuzz load-jmeter load-gatling load-k6 status config
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
SOURCES = $(shell git ls-files 'src/*.h' 'src/*.cc' 'tests/*.h' 'tests/*.cc' 'bench/*.h' 'bench/*.cc' 'cmake/*.cc')

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' Makefile | expand -t 22

build: ## the page and build/release/jangteo
	script/build
test: ## every test, as continuous integration runs them
	script/test
check: ## layers, style, format, and clang-tidy on changed files (TIDY=all: on every file)
	script/bootstrap build check
	tools/check_layers
	tools/check_style
	clang-format-19 --dry-run --Werror $(SOURCES)
	script/tidy $(TIDY)
format: ## formats every C++ file in place
	script/bootstrap check
	clang-format-19 -i $(SOURCES)
package: ## build/release/jangteo_*.deb
	script/package
test-asan: ## the C++ tests under AddressSanitizer and UndefinedBehaviorSanitizer
	script/build --preset asan tests
	tools/run_suites --build build/asan --only-cpp
test-tsan: ## the C++ tests under ThreadSanitizer
	script/build --preset tsan tests
	tools/run_suites --build build/tsan --only-cpp
test-slow: ## the long tests: kill -9 many times, long races
	script/bootstrap build test
	script/build all
	tools/run_suites --slow
fuzz: ## every fuzz target for FUZZ_SECONDS, from its corpus
	script/fuzz $(FUZZ_SECONDS)
load-jmeter: ## the JMeter plan against a running script/server
	deploy/load/run_jmeter
load-gatling: ## the Gatling scenario against a running script/server
	deploy/load/run_gatling
load-k6: ## the k6 twins against a running script/server
	deploy/load/run_k6
status: ## docs/status.md from the tests' Rows tags
	tools/status
config: ## config/embedded.toml from the program's own table of keys
	script/build
	build/release/jangteo config > config/embedded.toml
