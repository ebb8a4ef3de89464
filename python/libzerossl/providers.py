"""The short form `dns` of `obtain`: a DNS provider's name becomes the hook that works with it."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from libzerossl.refusing import refuse

__all__ = ["hook"]

# As a file and not as a module: `python -m` would look in the working directory first.
_PROGRAM: Final = Path(__file__).resolve().parent / "hooks/by_lexicon.py"


def hook(provider: object) -> list[str]:
    """Return the command that publishes at this provider. It can be stored: `renew_all` runs it as well.

    Raises:
        InvalidArgumentError: There is no such provider, or something has to be installed.
    """
    if not isinstance(provider, str):
        refuse("obtain", "dns", "expected the name of a DNS provider, such as `cloudflare`")
    if find_spec("lexicon") is None:
        refuse("obtain", "dns", 'dns-lexicon is not installed: `pip install "libzerossl[dns]"`')
    from lexicon._private.discovery import find_providers  # noqa: PLC0415

    known = find_providers()
    if provider not in known:
        near = get_close_matches(provider.lower(), known, n=5, cutoff=0.5) or sorted(known)
        refuse("obtain", "dns", f"dns-lexicon knows no provider of that name; it knows {', '.join(near)}")
    if not known[provider]:
        refuse("obtain", "dns", f'this provider needs more packages: `pip install "dns-lexicon[{provider}]"`')
    # Empty, or the host's program, where Python is embedded.
    if "python" not in Path(sys.executable).name:
        refuse("obtain", "dns", f'this Python has no program of its own: give `hook=["zerossl-dns", "{provider}"]`')
    return [sys.executable, str(_PROGRAM), provider]
