"""The stage's network for Python programs of the recipes: where names and ports are found, and what day it is.

The programs are not changed. Without this, the library's own checks would ask the real DNS for example.com.
"""

import os
from typing import Any

try:
    import libzerossl
except ImportError:
    # The program that installs it.
    pass
else:
    make, obtain = libzerossl.Client.__init__, libzerossl.Client.obtain

    def make_today(self: libzerossl.Client, *given: Any, **settings: Any) -> None:
        """Make a client that lives on the stage's day, and trusts its service."""
        if offset := os.environ.get("STAGE_CLOCK_OFFSET"):
            settings["clock_offset"] = float(offset)
        if roots := os.environ.get("STAGE_CA"):
            settings["ca_file"] = roots
        make(self, *given, **settings)

    def obtain_here(self: libzerossl.Client, domains: Any, **given: Any) -> libzerossl.Obtained:
        """Check names and files on the stage."""
        network = {
            "resolver": os.environ["STAGE_RESOLVER"],
            # An order whose answer was lost turns up at once, or never.
            "settle": float(os.environ.get("STAGE_SETTLE", "5")),
            "connect_to": os.environ["STAGE_CONNECT_TO"].split(),
        }
        return obtain(self, domains, **network, **given)

    libzerossl.Client.__init__ = make_today  # type: ignore[method-assign]
    libzerossl.Client.obtain = obtain_here  # type: ignore[method-assign]
