# `make demo` and `make test` are all that a newcomer needs; README.md has the rest.

CARGO ?= cargo
# In CI a missing tool is a failure, elsewhere a line that says so.
export CI ?= false
# Where `make install` puts the C library; DESTDIR comes before it, LIBDIR lies beneath it.
PREFIX ?= /usr/local
LIBDIR ?= lib

.PHONY: demo fuzz ci needs test test-runtimes test-fleet simulate test-docs picture test-long core lint msrv deny semver package packages images publish-crates publish-wheels publish-images build install wheel gen docs bench bench-build bench-renew

VERSION ?= $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
# The oldest Rust that is promised.
MSRV ?= $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

# What is compiled is shown; the demo itself is not mixed with it.
demo:
	@$(CARGO) build --locked --package xtask
	@$(CARGO) run --locked --quiet --package xtask -- demo $(if $(KEEP),--keep $(KEEP)) $(if $(FAIL),--fail $(FAIL))

# What the tests print is searched for their secrets.
SEARCHED = python3 -B tests/secrets/search.py

test: needs lint build
	python3 -B tests/secrets/caught.py
	$(SEARCHED) $(CARGO) test --locked --workspace --quiet
	$(CARGO) run --locked --quiet --package xtask -- check
	$(SEARCHED) python3 -B tests/c/run.py
	$(SEARCHED) python3 -B tests/python/run.py test
	$(SEARCHED) python3 -B tests/faults/run.py c python
	$(SEARCHED) python3 -B tests/system/run.py
	$(SEARCHED) python3 -B tests/recipes/run.py
	python3 -B tests/bench/guard.py

# The packages for other runtimes: what is installed is tested, with packages from the registries.
test-runtimes: build
	$(SEARCHED) python3 -B tests/runtimes/run.py
	$(SEARCHED) python3 -B tests/faults/run.py node go java

# Stores that several hosts share, on real engines: S3 (by the Go proxy) and PostgreSQL (Debian's). FAST=1 leaves out the
# tests of `obtain` on each of them, ENTRIES=60 takes fewer than 200 for the hosts.
test-fleet:
	$(SEARCHED) python3 -B tests/fleet/run.py $(if $(FAST),--fast)

# A fleet of 100 hosts with 100,000 entries for half a year.
simulate:
	$(CARGO) run --locked --release --quiet --package zerossl-simulation -- rules=code

# What has to pass before a change lands, on Debian and as root: it installs what the tests need.
ci:
	.ci/run

# The two crates alone: needs Rust and a C compiler.
core:
	$(CARGO) test --locked --package zerossl --package zerossl-sandbox --quiet

# What takes too long for every day.
test-long: build
	$(SEARCHED) python3 -B tests/c/run.py --long
	EXAMPLES=1000 $(SEARCHED) python3 -B tests/python/run.py test
	$(SEARCHED) python3 -B tests/faults/run.py --long
	$(SEARCHED) python3 -B tests/runtimes/run.py --long
	$(SEARCHED) python3 -B tests/system/run.py --long
	TRIES=100000 $(CARGO) test --package zerossl --lib --quiet a_race_of_links
	CALLS=100000 $(CARGO) test --package zerossl --lib --quiet op::stress
	SEED=$$(date +%s) STEPS=1000000 $(CARGO) test --release --package zerossl --lib --quiet obtain::tests::model -- --nocapture
	python3 -B tests/mutations/run.py
	$(MAKE) fuzz
	$(MAKE) test-fleet simulate packages package

# Says what is missing, and how to install it, before anything is built.
needs:
	@$(CARGO) --version >/dev/null 2>&1 || { echo "cargo is missing; https://rustup.rs installs it"; exit 1; }
	@python3 -B tests/needs.py

# The fuzzers, each for some time; needs `cargo install --locked cargo-fuzz`.
SECONDS ?= 60
fuzz:
	python3 -B fuzz/run.py $(SECONDS)

lint:
	$(CARGO) fmt --all --check
	$(CARGO) fmt --check --manifest-path fuzz/Cargo.toml
	$(CARGO) clippy --locked --workspace --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --quiet
	python3 -B tests/python/run.py lint

# Everything compiles with the oldest Rust; rustup fetches it where it is missing.
msrv:
	rustup run $(MSRV) true 2>/dev/null || rustup toolchain install --profile minimal $(MSRV)
	rustup run $(MSRV) cargo check --workspace --all-targets --locked --quiet

# Licences, advisories, doubles and sources of the crates below, by deny.toml: `cargo install --locked cargo-deny`.
# DENY="licenses bans sources" leaves out the advisories, whose database comes from GitHub.
deny:
	$(CARGO) deny --locked check --hide-inclusion-graph $(DENY)

# Breaks of the Rust API since the last release: `cargo install --locked cargo-semver-checks`.
semver:
	@release=$$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null); \
	if [ -z "$$release" ]; then echo "semver: there is no release to compare with"; exit; fi; \
	$(CARGO) semver-checks --package zerossl --package zerossl-sandbox --baseline-rev "$$release"

# The crates as they would be published, compiled from there; into target/package/.
package:
	$(CARGO) package --package zerossl-sandbox --package zerossl --package zerossl-cli --locked

# The C library, into build/. With QUICK=1 in seconds after a change, but larger and slower. With STORES=1 it has S3 and
# PostgreSQL as shared stores.
build:
	$(CARGO) run --locked --quiet --package xtask -- build $(if $(QUICK),--quick) $(if $(STORES),--stores)

install: build
	$(CARGO) run --locked --quiet --package xtask -- install --prefix "$(PREFIX)" --libdir "$(LIBDIR)" $(if $(DESTDIR),--destdir "$(DESTDIR)")

# What is handed out, into target/packages, tried: packages of Debian, the static program, images, wheels, sources, the
# list of crates, checksums. As root; PARTS="debian wheels" makes some of it.
packages: build
	python3 -B packaging/run.py $(if $(filter 0,$(shell id -u)),--try) $(PARTS)

# The images of the command and of the sandbox, by docker; `make packages` tries their steps without it.
IMAGES ?= ghcr.io/libzerossl/
images:
	docker build --file packaging/docker/zerossl.Dockerfile --tag $(IMAGES)zerossl .
	docker build --file packaging/docker/sandbox.Dockerfile --tag $(IMAGES)zerossl-sandbox .

# RELEASING.md says when. The wheels are those that `make packages` left in dist/.
publish-crates:
	$(CARGO) publish --locked --package zerossl-sandbox
	$(CARGO) publish --locked --package zerossl
	$(CARGO) publish --locked --package zerossl-cli

publish-wheels:
	target/python/tools/bin/twine upload dist/libzerossl_sandbox-*
	target/python/tools/bin/twine upload dist/libzerossl-*

publish-images: images
	for name in zerossl zerossl-sandbox; do \
		docker tag $(IMAGES)$$name $(IMAGES)$$name:$(VERSION) && docker push --all-tags $(IMAGES)$$name || exit; \
	done

# The Python packages, into dist/: wheels for manylinux2014, and the sdist.
wheel:
	python3 -B tests/python/run.py wheel

gen:
	@$(CARGO) run --locked --quiet --package xtask-lists
	$(CARGO) run --locked --quiet --package xtask -- gen

# The documentation site, into target/site: its tools come from PyPI.
docs:
	python3 -B tests/site/run.py build

# docs/terminal.svg, from a run of the command on a sandbox.
picture: docs
	$(CARGO) build --locked --quiet --package zerossl-cli
	target/site-tools/bin/python site/terminal.py target/debug/zerossl

# The site in Chromium.
test-docs:
	python3 -B tests/site/run.py test

# What the library costs beside its peers, as docs/performance.md has it; tests/bench/README.md says how it is counted.
bench: bench-build
	$(CARGO) build --locked --release --quiet --package zerossl-bench --package zerossl-sandbox
	@tests/bench/build_curl_cjson.sh target/bench/curl_cjson
	@python3 -m pip install --quiet --upgrade --target target/bench/peers -r tests/bench/peers.txt
	@python3 -B tests/bench/run.py

# The figures that `make test` compares with.
bench-renew: bench-build
	python3 -B tests/bench/guard.py --renew

bench-build: build
	$(CARGO) build --locked --quiet --package zerossl-sandbox
	python3 -B tests/python/run.py build
