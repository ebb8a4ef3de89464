"""The answers of the operations: their fields, types and what they mean.

Text, numbers and flags are None where the service says nothing, lists and dicts are empty. Times are aware datetimes in
UTC; one that cannot be read is passed on as it came, as a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from libzerossl._native import Field
from libzerossl.answer import Answer

if TYPE_CHECKING:
    from datetime import datetime

    from libzerossl.literals import CertificateType, Outcome, Status, ValidationMethod

__all__ = [
    "Answer",
    "CaCertificate",
    "CaCertificateList",
    "CaDownload",
    "Certificate",
    "CertificateList",
    "CsrCheck",
    "DomainStatus",
    "Download",
    "EabCredentials",
    "FileAndRecord",
    "GeneratedCsr",
    "Obtained",
    "RawAnswer",
    "Renewal",
    "Renewals",
    "Success",
    "Validation",
    "ValidationProgress",
    "Zip",
]


class FileAndRecord(Answer):
    """The file and the record that show control of one name. Publish them as they are."""

    __slots__ = ()

    file_validation_url_http: Field[str | None] = Field("Where the file is looked for with HTTP_CSR_HASH.")
    file_validation_url_https: Field[str | None] = Field("Where the file is looked for with HTTPS_CSR_HASH.")
    file_validation_content: Field[list[str]] = Field("The lines of the file.", "list")
    cname_validation_p1: Field[str | None] = Field("The name of the CNAME record.")
    cname_validation_p2: Field[str | None] = Field("The target of the CNAME record, without a trailing dot.")


class Validation(Answer):
    """What the service wants to see, for each name and method."""

    __slots__ = ()

    email_validation: Field[dict[str, list[str]]] = Field("For each name the addresses that a mail may go to.", "dict")
    other_methods: Field[dict[str, FileAndRecord]] = Field(
        "For each name the file and the record.", "dict", of=FileAndRecord
    )


class Certificate(Answer):
    """A certificate of the account, from the draft on."""

    __slots__ = ()

    id: Field[str] = Field("The service's id.")
    type: Field[CertificateType | str | None] = Field(
        "1 to 7: single name, wildcard, multi-domain for 90 days; the same for a year; ACME."
    )
    common_name: Field[str | None] = Field("The CN.")
    additional_domains: Field[list[str]] = Field("The other names.", "list")
    created: Field[datetime | str | None] = Field("When it was ordered.", "time")
    expires: Field[datetime | str | None] = Field("When it ends; some drafts have none.", "time")
    status: Field[Status | str | None] = Field(
        "draft, pending_validation, issued, cancelled, revoked, expired; more may come."
    )
    validation_type: Field[ValidationMethod | str | None] = Field("The validation method in use.")
    validation_emails: Field[list[str]] = Field("Where validation mails went.", "list")
    replacement_for: Field[str | None] = Field("The id of the certificate it replaces.")
    fingerprint_sha1: Field[str | None] = Field("The SHA-1 of the issued certificate, in hex.")
    brand_validation: Field[bool | None] = Field("Whether a person reviews the name.")
    validation: Field[Validation] = Field("What the service wants to see.", of=Validation)
    signature_algorithm_properties: Field[str | None] = Field("Such as ecdsa-with-SHA384:256.")
    last_updated: Field[datetime | str | None] = Field("When it last changed.", "time")
    ca_certificate_id: Field[str | None] = Field("Which CA certificate signed it.")


class CertificateList(Answer):
    """A page of certificates."""

    __slots__ = ()

    total_count: Field[int | None] = Field("How many there are on all pages.")
    result_count: Field[int | None] = Field("How many are on this page.")
    page: Field[int | None] = Field("The page, from 1.")
    limit: Field[int | None] = Field("How many fit on a page.")
    acme_usage_level: Field[str | None] = Field("How much of the ACME allowance is used, such as LOW.")
    acme_locked: Field[bool | None] = Field("Whether ACME certificates are locked.")
    results: Field[list[Certificate]] = Field("The certificates.", "list", of=Certificate)


class DomainStatus(Answer):
    """How far validation by mail has come for one name."""

    __slots__ = ()

    method: Field[str | None] = Field("The address that the mail went to.")
    status: Field[str | None] = Field("Such as Email Sent.")


class ValidationProgress(Answer):
    """How far validation by mail has come."""

    __slots__ = ()

    validation_completed: Field[bool] = Field("Whether all names are validated.")
    details: Field[dict[str, DomainStatus]] = Field("Each name.", "dict", of=DomainStatus)


class Success(Answer):
    """It was done."""

    __slots__ = ()

    success: Field[bool] = Field("True: a failure is an error.")


class Download(Answer):
    """A certificate and its chain."""

    __slots__ = ()

    certificate: Field[str] = Field("The leaf, PEM.")
    ca_bundle: Field[str] = Field("The chain without the leaf, PEM.")
    fullchain: Field[str] = Field("Leaf and chain, the leaf first: what most servers want.")


class Zip(Answer):
    """A ZIP file."""

    __slots__ = ()

    zip: Field[bytes] = Field("The file's bytes; base64 in JSON.", "bytes")


class CsrCheck(Answer):
    """What the service thinks of a CSR."""

    __slots__ = ()

    valid: Field[bool] = Field("Whether it would be accepted.")
    error: Field[str | None] = Field("Why not.")
    csr_response: Field[list[str]] = Field("What it holds, such as 2048 and sigalg=sha256WithRSAEncryption.", "list")


class EabCredentials(Answer):
    """Credentials for an ACME client's external account binding."""

    __slots__ = ()

    eab_kid: Field[str] = Field("The key's name.")
    eab_hmac_key: Field[str] = Field("The key, base64url: a secret.", secret=True)


class CaCertificate(Answer):
    """One of the CA's own certificates."""

    __slots__ = ()

    id: Field[str] = Field("Its id.")
    hash_sha1: Field[str | None] = Field("Its SHA-1, in hex.")
    certificate_intermediate: Field[str | None] = Field("The certificate, PEM.")
    bundle_full: Field[str | None] = Field("It and what is above it, PEM.")
    encryption_algorithm: Field[str | None] = Field("Such as RSA.")
    created: Field[datetime | str | None] = Field("When it was added.", "time")
    updated: Field[datetime | str | None] = Field("When it last changed.", "time")


class CaCertificateList(Answer):
    """A page of the CA's own certificates."""

    __slots__ = ()

    data: Field[list[CaCertificate]] = Field("The certificates.", "list", of=CaCertificate)
    next_cursor: Field[str | None] = Field("Leads to the page after this one.")
    prev_cursor: Field[str | None] = Field("Leads to the page before this one.")


class CaDownload(Answer):
    """One of the CA's own certificates with its chain."""

    __slots__ = ()

    certificate: Field[str] = Field("The certificate, PEM.")
    bundle: Field[str | None] = Field("It and what is above it, PEM.")


class RawAnswer(Answer):
    """An answer as it came."""

    __slots__ = ()

    http_status: Field[int] = Field("The HTTP status.")
    body: Field[Any] = Field("The body: JSON as it came, other text as a text.")


class GeneratedCsr(Answer):
    """A certificate signing request and its key."""

    __slots__ = ()

    csr: Field[str] = Field("The certificate signing request, PEM.")
    private_key: Field[str | None] = Field("The new private key, PKCS#8 PEM; none if one was given.", secret=True)


class Obtained(Answer):
    """What `obtain` left in the folder."""

    __slots__ = ()

    outcome: Field[Outcome | str] = Field("issued, renewed, resumed, unchanged, pending, abandoned.")
    certificate: Field[Certificate | None] = Field(
        "The certificate, or the order that waits or was given up.", "optional", of=Certificate
    )
    files: Field[dict[str, str]] = Field(
        "Where the files in use lie: privkey, cert, chain, fullchain, combined; with `csr` those without the key.",
        "dict",
    )
    deployed: Field[bool | None] = Field("Whether the deploy hook has had the certificate in use; without a hook true.")


class Renewal(Answer):
    """What became of one entry of a store."""

    __slots__ = ()

    name: Field[str] = Field("The entry.")
    outcome: Field[Outcome | str | None] = Field("As `obtain` has it, or postponed; none if it failed.")
    id: Field[str | None] = Field("The certificate, or the order that waits.")
    expires: Field[datetime | str | None] = Field("When the leaf in place ends.", "time")
    days_left: Field[int | None] = Field("Whole days until then.")
    error: Field[dict[str, Any] | None] = Field("Why it failed: an error in its JSON form.")


class Renewals(Answer):
    """What became of all entries of a store."""

    __slots__ = ()

    failed: Field[int] = Field("How many entries failed.")
    results: Field[list[Renewal]] = Field("Each entry, the one with the least time left first.", "list", of=Renewal)
