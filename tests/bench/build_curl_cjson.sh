#!/bin/sh
# Builds the C client: build_curl_cjson.sh OUTPUT. Where libcurl or cJSON is missing there is none; run.py says what follows.
set -eu
here=$(dirname "$0")
if ! pkg-config --exists libcurl libcjson; then
    rm -f "$1"
    echo "bench: libcurl or cJSON is not installed (Debian: pkg-config libcurl4-openssl-dev libcjson-dev)"
    exit
fi
mkdir -p "$(dirname "$1")"
# shellcheck disable=SC2046 # the flags are words
"${CC:-cc}" -std=c99 -O2 -Wall -Wextra -pedantic -Werror $(pkg-config --cflags libcurl libcjson) \
    "$here/curl_cjson.c" -o "$1" $(pkg-config --libs libcurl libcjson)
