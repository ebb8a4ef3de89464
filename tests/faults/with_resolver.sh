#!/bin/sh
# Runs a program in a namespace without a network, whose system's resolver asks port 53 of the loopback interface.
here=$(dirname "$(realpath "$0")")
ZEROSSL_TEST_RESOLVER=1 exec unshare --map-root-user --net --mount sh -c '
    ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"' "$here/resolv.conf" "$@"
