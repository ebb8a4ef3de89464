"""ZeroSSL's REST API. Unofficial.

>>> client = Client(access_key)  # doctest: +SKIP
>>> for certificate in client.iter_certificates(status=["issued"]):  # doctest: +SKIP
...     print(certificate.common_name, certificate.expires)
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from libzerossl._native import CancelToken
    from libzerossl.answers import (
        Answer,
        CaCertificate,
        CaCertificateList,
        CaDownload,
        Certificate,
        CertificateList,
        CsrCheck,
        DomainStatus,
        Download,
        EabCredentials,
        FileAndRecord,
        GeneratedCsr,
        Obtained,
        RawAnswer,
        Renewal,
        Renewals,
        Success,
        Validation,
        ValidationProgress,
        Zip,
    )
    from libzerossl.client import Client
    from libzerossl.errors import (
        AmbiguousError,
        ApiError,
        AuthError,
        BusyError,
        CancelledError,
        Error,
        ForkedError,
        InternalError,
        InvalidArgumentError,
        NetworkError,
        NotReadyError,
        RateLimitedError,
        ResponseError,
        StorageError,
        TimeoutError,  # noqa: A004
        TlsError,
        ValidationError,
    )
    from libzerossl.events import Challenge, Event, FileChallenge, RecordChallenge

    __version__: str

__all__ = [
    "AmbiguousError",
    "Answer",
    "ApiError",
    "AuthError",
    "BusyError",
    "CaCertificate",
    "CaCertificateList",
    "CaDownload",
    "CancelToken",
    "CancelledError",
    "Certificate",
    "CertificateList",
    "Challenge",
    "Client",
    "CsrCheck",
    "DomainStatus",
    "Download",
    "EabCredentials",
    "Error",
    "Event",
    "FileAndRecord",
    "FileChallenge",
    "ForkedError",
    "GeneratedCsr",
    "InternalError",
    "InvalidArgumentError",
    "NetworkError",
    "NotReadyError",
    "Obtained",
    "RateLimitedError",
    "RawAnswer",
    "RecordChallenge",
    "Renewal",
    "Renewals",
    "ResponseError",
    "StorageError",
    "Success",
    "TimeoutError",
    "TlsError",
    "Validation",
    "ValidationError",
    "ValidationProgress",
    "Zip",
    "__version__",
]

_HOMES = {
    "_native": ("CancelToken", "VERSION"),
    "answer": ("Answer",),
    "answers": (
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
    ),
    "client": ("Client",),
    "errors": (
        "AmbiguousError",
        "ApiError",
        "AuthError",
        "BusyError",
        "CancelledError",
        "Error",
        "ForkedError",
        "InternalError",
        "InvalidArgumentError",
        "NetworkError",
        "NotReadyError",
        "RateLimitedError",
        "ResponseError",
        "StorageError",
        "TimeoutError",
        "TlsError",
        "ValidationError",
    ),
    "events": ("Challenge", "Event", "FileChallenge", "RecordChallenge"),
}


def __getattr__(name: str) -> object:
    """Load what is used when it is used: the import of this package costs next to nothing."""
    attribute = "VERSION" if name == "__version__" else name
    for home, names in _HOMES.items():
        if attribute in names:
            from importlib import import_module  # noqa: PLC0415

            value: object = getattr(import_module(f"libzerossl.{home}"), attribute)
            globals()[name] = value
            return value
    message = f"module 'libzerossl' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
