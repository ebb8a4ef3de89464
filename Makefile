# `make demo` and `make test` are all that a newcomer needs; README.md has the rest.

CARGO ?= cargo
# In CI a missing tool is a failure, elsewhere a line that says so.
export CI ?= false
# Where `make install` puts the C library; DESTDIR comes before it, LIBDIR lies beneath it.
PREFIX ?= /usr/local
LIBDIR ?= lib

.PHONY: demo test test-long lint build install wheel gen docs bench

demo:
	@$(CARGO) run --quiet --package xtask -- demo $(if $(KEEP),--keep $(KEEP)) $(if $(FAIL),--fail $(FAIL))

test: lint build
	$(CARGO) test --workspace --quiet
	$(CARGO) run --quiet --package xtask -- check
	python3 -B tests/c/run.py
	python3 -B tests/python/run.py test
	python3 -B tests/system/run.py

# What takes too long for every day.
test-long: build
	python3 -B tests/c/run.py --long
	python3 -B tests/python/run.py test
	python3 -B tests/system/run.py --long
	$(MAKE) wheel

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --quiet
	python3 -B tests/python/run.py lint

# The C library, into build/.
build:
	$(CARGO) run --quiet --package xtask -- build

install: build
	$(CARGO) run --quiet --package xtask -- install --prefix "$(PREFIX)" --libdir "$(LIBDIR)" $(if $(DESTDIR),--destdir "$(DESTDIR)")

# The Python packages, into dist/: wheels for manylinux2014, and the sdist.
wheel:
	python3 -B tests/python/run.py wheel

gen:
	$(CARGO) run --quiet --package xtask -- gen

docs: gen
	$(CARGO) doc --package zerossl --no-deps

# Instructions per call beside other clients; tests/bench/README.md says how to read the table.
bench:
	$(CARGO) build --release --quiet --package zerossl-bench
	@tests/bench/build_curl_cjson.sh target/bench/curl_cjson
	@python3 -B tests/bench/run.py target/release/zerossl-bench target/bench/curl_cjson
