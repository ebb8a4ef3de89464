"""Words that the service uses. Answers may hold others: it adds some without notice."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = [
    "CertificateType",
    "EventType",
    "KeyType",
    "Method",
    "Outcome",
    "Preflight",
    "RevocationReason",
    "Stage",
    "Status",
    "StatusFilter",
    "TypeFilter",
    "ValidationMethod",
]

Status: TypeAlias = Literal["draft", "pending_validation", "issued", "cancelled", "revoked", "expired"]
"""The state of a certificate."""

StatusFilter: TypeAlias = Literal[
    "draft", "pending_validation", "issued", "cancelled", "revoked", "expired", "expiring_soon"
]
"""The state of a certificate, as a filter. ``expiring_soon``: issued, and over within 30 days."""

CertificateType: TypeAlias = Literal["1", "2", "3", "4", "5", "6", "7"]
"""Single name, wildcard, multi-domain for 90 days; the same for a year; ACME."""

TypeFilter: TypeAlias = Literal[
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "single90Days",
    "wildcard90Days",
    "multiDomain90Days",
    "single1Year",
    "wildcard1Year",
    "multiDomain1Year",
    "acme90Days",
]
"""The type of a certificate, as a filter: by number or by name."""

ValidationMethod: TypeAlias = Literal["EMAIL", "CNAME_CSR_HASH", "HTTP_CSR_HASH", "HTTPS_CSR_HASH"]
"""How control of the names is shown."""

RevocationReason: TypeAlias = Literal[
    "Unspecified", "keyCompromise", "affiliationChanged", "Superseded", "cessationOfOperation"
]
"""Why a certificate is taken back."""

KeyType: TypeAlias = Literal["ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-4096"]
"""The kind of a private key."""

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
"""An HTTP method."""

Preflight: TypeAlias = Literal["warn", "strict", "off"]
"""Whether we look before the service does, and what follows from what we find."""

Outcome: TypeAlias = Literal["issued", "renewed", "resumed", "unchanged", "pending", "abandoned", "postponed"]
"""What came of an entry."""

EventType: TypeAlias = Literal["progress", "warning"]
"""The type of an event."""

Stage: TypeAlias = Literal[
    "key", "order", "publish", "preflight", "verify", "wait", "download", "install", "deploy", "done"
]
"""Where the work on an entry is."""
