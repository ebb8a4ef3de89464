"""Answers in the format in which the service was seen to give them, with escaped slashes."""

import json

NAME = "www.store.customer-1.hosting.example.com"
PARENTS = (NAME, NAME.removeprefix("www."), NAME.removeprefix("www.store."))
MAILBOXES = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")
MD5 = "0123456789ABCDEF0123456789ABCDEF"
SHA256_HALVES = (MD5, "FEDCBA9876543210FEDCBA9876543210")
WELL_KNOWN = f"{NAME}/.well-known/pki-validation/{MD5}.txt"


def certificate(index: int) -> dict:
    """A draft with one name, of about 1,880 bytes."""
    return {
        "id": f"{index:032x}",
        "type": "1",
        "common_name": NAME,
        "additional_domains": "",
        "created": "2025-11-11 20:10:46",
        "expires": "2026-02-09 23:59:59",
        "status": "draft",
        "validation_type": None,
        "validation_emails": None,
        "replacement_for": "",
        "fingerprint_sha1": None,
        "brand_validation": None,
        "validation": {
            "email_validation": {NAME: [f"{box}@{parent}" for parent in PARENTS for box in MAILBOXES]},
            "other_methods": {
                NAME: {
                    "file_validation_url_http": f"http://{WELL_KNOWN}",
                    "file_validation_url_https": f"https://{WELL_KNOWN}",
                    "file_validation_content": [
                        "".join(SHA256_HALVES),
                        "comodoca.com",
                        "0123456789abcde",
                    ],
                    "cname_validation_p1": f"_{MD5}.{NAME}",
                    "cname_validation_p2": ".".join((*SHA256_HALVES, "0123456789abcde", "comodoca.com")),
                }
            },
        },
        "signature_algorithm_properties": None,
    }


def encoded(answer: dict) -> bytes:
    """JSON as PHP writes it."""
    return json.dumps(answer, separators=(",", ":")).replace("/", "\\/").encode()


ONE = encoded(certificate(1))
BEFORE_ID, _, AFTER_ID = encoded(certificate(0)).partition(f"{0:032x}".encode())


def page(limit: int, page: int = 1, total: int | None = None) -> bytes:
    """A page of a list with so many certificates; by default it is the only one."""
    total = limit if total is None else total
    indexes = range((page - 1) * limit, min(page * limit, total))
    head = {
        "total_count": total,
        "result_count": len(indexes),
        "page": str(page),
        "limit": limit,
        "acmeUsageLevel": "LOW",
        "acmeLocked": False,
    }
    results = b",".join(BEFORE_ID + b"%032x" % index + AFTER_ID for index in indexes)
    return encoded(head)[:-1] + b',"results":[' + results + b"]}"
