"""A tour of libzerossl with ctypes alone.

    export ZEROSSL_ACCESS_KEY=...
    python tour.py example.com /var/www/html/.well-known/pki-validation certificates

For daily use there is the package `libzerossl`.
"""

import json
import os
import sys
import weakref
from ctypes import CDLL, byref, c_char_p, c_int32, c_void_p, string_at
from pathlib import Path

ABI_VERSION = 0  # of the zerossl.h that this was written for
DONE, EVENT = 0, 1
c = CDLL(os.environ.get("ZEROSSL_LIBRARY", "libzerossl.so.0"))
if c.zerossl_abi_version() < ABI_VERSION:
    sys.exit("libzerossl is older than this program")
# What is freed here is a c_void_p: ctypes would copy a c_char_p and lose the pointer.
c.zerossl_client_new.restype = c.zerossl_op_start.restype = c.zerossl_op_result.restype = c_void_p
c.zerossl_error_json.restype = c_char_p
c.zerossl_string_free.argtypes = c.zerossl_client_free.argtypes = c.zerossl_op_free.argtypes = [c_void_p]
c.zerossl_op_next.argtypes = [c_void_p, c_int32, c_void_p, c_void_p]


class ZeroSslError(Exception):
    def __init__(self, error):
        self.fields = json.loads(c.zerossl_error_json(error))  # as in docs/errors.md
        c.zerossl_error_free(error)
        super().__init__(self.fields["message"])


def check(function, *arguments):
    """Call a function whose last parameter is the error."""
    error = c_void_p()
    value = function(*arguments, byref(error))
    if error:
        raise ZeroSslError(error)
    return value


def take(string):
    text = string_at(string)
    c.zerossl_string_free(string)
    return json.loads(text)


class Handle:
    """A pointer that is freed when nothing refers to it any more."""

    def __init__(self, pointer, free):
        self._as_parameter_ = c_void_p(pointer)
        weakref.finalize(self, free, pointer)


def run(client, operation, request, on_event):
    """Run an operation on a thread of the library, and pull its events."""
    started = check(c.zerossl_op_start, client, operation.encode(), json.dumps(request).encode())
    op, event = Handle(started, c.zerossl_op_free), c_void_p()
    while (found := check(c.zerossl_op_next, op, 1000, byref(event))) != DONE:
        if found == EVENT:
            on_event(op, take(event))
    return take(check(c.zerossl_op_result, op))


def show(_, event):
    for certificate in event.get("results", []):
        print(certificate["id"], certificate["status"], certificate["common_name"])


def interrupt(op, event):
    if event["type"] == "publish":
        c.zerossl_op_cancel(op)


def answer(op, event):
    if event["type"] == "progress":
        print(event["message"])
    elif event["type"] in ("publish", "cleanup"):
        file = Path(folder, event["file"])
        file.write_text(event["content"]) if event["type"] == "publish" else file.unlink()
        check(c.zerossl_op_reply, op, json.dumps({"id": event["id"], "ok": True}).encode())


domain, folder, directory, preflight = [*sys.argv[1:], "warn"][:4]
client = Handle(check(c.zerossl_client_new, None), c.zerossl_client_free)
print(run(client, "list_certificates", {"limit": 10}, show)["result_count"], "certificates")
try:
    run(client, "get_certificate", {"id": "unknown"}, show)
except ZeroSslError as error:
    print(error.fields["kind"], error.fields["api_code"], error)

request = {"domains": [domain], "directory": directory, "validation": {"method": "HTTP_CSR_HASH"}}
request["preflight"] = preflight
try:
    run(client, "obtain", request, interrupt)
except ZeroSslError as error:
    print(error)  # the order is kept, and the same call goes on with it
obtained = run(client, "obtain", request, answer)
print(obtained["outcome"], obtained["files"]["fullchain"])
