# `make demo` and `make test` are all that a newcomer needs; README.md has the rest.

CARGO ?= cargo
# In CI a missing tool is a failure, elsewhere a line that says so.
export CI ?= false

.PHONY: demo test lint gen docs bench

demo:
	@$(CARGO) run --quiet --package xtask -- demo $(if $(KEEP),--keep $(KEEP)) $(if $(FAIL),--fail $(FAIL))

test: lint
	$(CARGO) test --workspace --quiet
	$(CARGO) run --quiet --package xtask -- check

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --quiet

gen:
	$(CARGO) run --quiet --package xtask -- gen

docs: gen
	$(CARGO) doc --package zerossl --no-deps

# Instructions per call beside other clients; tests/bench/README.md says how to read the table.
bench:
	$(CARGO) build --release --quiet --package zerossl-bench
	@tests/bench/build_curl_cjson.sh target/bench/curl_cjson
	@python3 -B tests/bench/run.py target/release/zerossl-bench target/bench/curl_cjson
