"""The client: one method for each operation."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

from libzerossl import _native, log, running
from libzerossl._native import Field
from libzerossl.answers import (
    Answer,
    CaCertificate,
    CaCertificateList,
    CaDownload,
    Certificate,
    CertificateList,
    CsrCheck,
    Download,
    EabCredentials,
    GeneratedCsr,
    RawAnswer,
    Success,
    ValidationProgress,
    Zip,
)
from libzerossl.obtaining import Obtaining
from libzerossl.twin import copy_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Literal

    from typing_extensions import Self

    from libzerossl.literals import (
        KeyType,
        Method,
        RevocationReason,
        StatusFilter,
        TypeFilter,
        ValidationMethod,
    )

_A = TypeVar("_A", bound=Answer)


class _Page(Answer):
    """An event of a list: entries that no earlier page had."""

    __slots__ = ()

    results: Field[list[Certificate]] = Field("The certificates.", "list", of=Certificate)


class Client(Obtaining):
    """A client of the service, for any number of threads at once.

    Connections and pace are shared by all its threads. A process made by ``fork`` needs a client of its own: this one
    raises `ForkedError` there.

    Every method may raise, beside what it says itself: `InvalidArgumentError` (nothing was sent), `AuthError`,
    `ApiError`, `RateLimitedError`, `NetworkError`, `TlsError`, `TimeoutError`, `ResponseError`, `CancelledError`.
    All of them are an `Error`. Ctrl-C ends any wait.

    >>> with zerossl.Client(access_key, base_url=base_url, timeout=20) as client:
    ...     client.list_certificates(limit=10).total_count
    0
    """

    __slots__ = ("_inner",)

    def __init__(
        self,
        access_key: str | None = None,
        *,
        base_url: str | None = None,
        auth: Literal["query", "header"] | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        max_retries: int | None = None,
        requests_per_second: float | None = None,
        roots: Literal["bundled", "system"] | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        proxy: str | None = None,
        user_agent: str | None = None,
        max_response_bytes: int | None = None,
    ) -> None:
        """Make a client; nothing is sent. None stands for the default.

        Args:
            access_key: The account's access key; without it the environment's ``ZEROSSL_ACCESS_KEY``. Asked for at the
                first call that needs it.
            base_url: Where the service is; without it the environment's ``ZEROSSL_BASE_URL``, then
                ``https://api.zerossl.com``. Plain ``http`` is for loopback hosts only.
            auth: How the key is sent: ``query`` (default, as the service's overview documents it) or ``header``
                (recommended by the service since August 2026; keeps the key out of the logs of proxies).
            timeout: For one call with its retries, in seconds; 60 by default.
            connect_timeout: For one connection with its TLS handshake, in seconds; 10 by default.
            max_retries: How often a failed call that is harmless to repeat is sent again; 3 by default.
            requests_per_second: The pace, shared by all threads of a client; 5 by default, 0 for no limit.
            roots: Which CAs the service's certificate may come from: the bundled list of Mozilla (default) or the
                system's.
            ca_file: A PEM file of CAs that replaces ``roots``.
            proxy: The URL of an HTTP proxy, or ``env`` for the environment's ``https_proxy``, ``all_proxy`` and
                ``no_proxy``, as curl reads them; none by default.
            user_agent: Your program's name; ``libzerossl/VERSION`` is put before it.
            max_response_bytes: An answer larger than this is an error; 16 MiB by default.

        Raises:
            InvalidArgumentError: A setting is wrong; its ``parameter`` says which.
        """
        self._inner = _native.Client(
            {
                "access_key": access_key,
                "base_url": base_url,
                "auth": auth,
                "timeout": timeout,
                "connect_timeout": connect_timeout,
                "max_retries": max_retries,
                "requests_per_second": requests_per_second,
                "roots": roots,
                "ca_file": os.fspath(ca_file) if isinstance(ca_file, os.PathLike) else ca_file,
                "proxy": proxy,
                "user_agent": user_agent,
                "max_response_bytes": max_response_bytes,
            }
        )

    def __enter__(self) -> Self:
        """Give the client; it is closed at the end of the block."""
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        self.close()

    def __repr__(self) -> str:
        """Show where the service is; never the key."""
        return repr(self._inner)

    def close(self) -> None:
        """Close idle connections and refuse new calls; those under way on other threads end as they would."""
        self._inner.close()

    def cancelled_by(self, token: _native.CancelToken) -> Self:
        """Give the same client, whose calls end with `CancelledError` when this token is cancelled, too.

        It goes on listening to the tokens that this one listens to, and shares connections and pace with it. It is of
        the same class, a subclass too, and has the same attributes; no ``__init__`` is run.

        >>> token = zerossl.CancelToken()
        >>> hurried = client.cancelled_by(token)
        >>> token.cancel()  # from any thread
        >>> hurried.list_certificates()
        Traceback (most recent call last):
        libzerossl.errors.CancelledError: list_certificates: cancelled by the caller
        """
        inner = self._inner.cancelled_by(token)
        other = copy_state(self, object.__new__(type(self)))
        other._inner = inner  # noqa: SLF001
        return other

    def create_certificate(
        self,
        *,
        domains: Sequence[str],
        csr: str,
        validity_days: int | None = None,
        strict_domains: bool | None = None,
        replacement_for_certificate: str | None = None,
    ) -> Certificate:
        """Order a certificate: a draft, which takes a place in the quota.

        Never repeated when it may have been carried out: a lost answer is an `AmbiguousError`.

        Args:
            domains: The names; the first one is the CSR's CN.
            csr: The certificate signing request, PEM.
            validity_days: Days of validity: 90 (the service's default), or 365.
            strict_domains: Exactly these names; otherwise the service adds the www or bare twin of a name.
            replacement_for_certificate: The id of an issued certificate with the same CN, which this one replaces;
                passes the quota.

        Raises:
            AmbiguousError: The answer was lost; ``candidates`` are the orders that may be this one.

        >>> request = client.generate_csr(domains=["example.com"])
        >>> order = client.create_certificate(domains=["example.com"], csr=request.csr, strict_domains=True)
        >>> order.status, order.common_name
        ('draft', 'example.com')
        >>> for name, file in order.validation.other_methods.items():
        ...     print(name, file.file_validation_url_http)
        example.com http://example.com/.well-known/pki-validation/....txt
        """
        parameters = {
            "domains": domains,
            "csr": csr,
            "validity_days": validity_days,
            "strict_domains": strict_domains,
            "replacement_for_certificate": replacement_for_certificate,
        }
        return self._call("create_certificate", Certificate, parameters)

    def verify_domains(
        self,
        id: str,  # noqa: A002
        *,
        validation_method: ValidationMethod,
        validation_email: Sequence[str] | None = None,
    ) -> Certificate:
        """Ask the service to look at the published files or records, or to send its mails.

        Keep what is published until the certificate is issued: the service looks again.

        Args:
            id: The certificate's id.
            validation_method: How control is shown; one method covers the whole order.
            validation_email: For EMAIL: one address for each name, out of those that the order lists.

        Raises:
            ValidationError: The service did not find what it wanted; ``domains`` says what, for each name.

        >>> try:
        ...     client.verify_domains(order.id, validation_method="HTTP_CSR_HASH")
        ... except zerossl.ValidationError as error:
        ...     print(list(error.domains))
        ['example.com']
        """
        parameters = {"id": id, "validation_method": validation_method, "validation_email": validation_email}
        return self._call("verify_domains", Certificate, parameters)

    def get_certificate(self, id: str) -> Certificate:  # noqa: A002
        """Get a certificate as it is now.

        Args:
            id: The certificate's id.

        >>> client.get_certificate(order.id).status
        'draft'
        """
        return self._call("get_certificate", Certificate, {"id": id})

    def list_certificates(
        self,
        *,
        status: Sequence[StatusFilter] | None = None,
        type: TypeFilter | None = None,  # noqa: A002
        search: str | None = None,
        limit: int | None = None,
        page: int | None = None,
    ) -> CertificateList:
        """Get a page of the account's certificates. For all pages use `iter_certificates`.

        Args:
            status: Only these states; without it all known ones. expiring_soon: issued, and over within 30 days.
            type: Only this type.
            search: Part of a name; the whole CN on accounts with more than 1000 certificates.
            limit: Certificates on a page: 100 by default, 1000 at most.
            page: The page, from 1.

        >>> page = client.list_certificates(status=["draft"], limit=10)
        >>> page.total_count, [certificate.common_name for certificate in page.results]
        (1, ['example.com'])
        """
        parameters = {"status": status, "type": type, "search": search, "limit": limit, "page": page}
        return self._call("list_certificates", CertificateList, parameters)

    def iter_certificates(
        self,
        *,
        status: Sequence[StatusFilter] | None = None,
        type: TypeFilter | None = None,  # noqa: A002
        search: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Certificate]:
        """Go through all certificates that match, page after page as they are needed.

        None comes twice, and none is missed that was there throughout, also while others come and go. ``timeout`` holds
        for each page. Errors come from the loop.

        Args:
            status: Only these states; without it all known ones. expiring_soon: issued, and over within 30 days.
            type: Only this type.
            search: Part of a name; the whole CN on accounts with more than 1000 certificates.
            limit: Certificates on a page: 100 by default, 1000 at most.

        >>> for certificate in client.iter_certificates(status=["draft"]):
        ...     print(certificate.common_name, certificate.status)
        example.com draft
        """
        parameters = {"status": status, "type": type, "search": search, "limit": limit}
        op = self._inner.start("list_certificates", parameters, _Page)
        try:
            while True:
                state, page = running.pull(op)
                if state == op.DONE:
                    op.result(CertificateList)
                    return
                yield from page.results
        finally:
            op.cancel()

    def verification_status(self, id: str) -> ValidationProgress:  # noqa: A002
        """Ask how far validation by mail has come. For the other methods ask for the certificate.

        Args:
            id: The certificate's id.

        >>> mailbox = order.validation.email_validation["example.com"][0]
        >>> order = client.verify_domains(order.id, validation_method="EMAIL", validation_email=[mailbox])
        >>> client.verification_status(order.id).details["example.com"]
        DomainStatus(method='...@example.com', status='Email Sent')
        """
        return self._call("verification_status", ValidationProgress, {"id": id})

    def resend_verification(self, id: str) -> Success:  # noqa: A002
        """Send the validation mails again. Never repeated by us: each call sends mail.

        Args:
            id: The certificate's id.

        >>> mailbox = order.validation.email_validation["example.com"][0]
        >>> order = client.verify_domains(order.id, validation_method="EMAIL", validation_email=[mailbox])
        >>> client.resend_verification(order.id).success
        True
        """
        return self._call("resend_verification", Success, {"id": id})

    def cancel_certificate(self, id: str) -> Success:  # noqa: A002
        """Give up an order that is a draft or waits for validation; its place in the quota becomes free.

        Args:
            id: The certificate's id.

        >>> client.cancel_certificate(order.id).success
        True
        """
        return self._call("cancel_certificate", Success, {"id": id})

    def revoke_certificate(self, id: str, *, reason: RevocationReason | None = None) -> Success:  # noqa: A002
        """Take an issued certificate back. Its place in the quota stays taken.

        Args:
            id: The certificate's id.
            reason: Why; Unspecified if nothing is said.

        >>> client.revoke_certificate(issued.id, reason="Superseded").success
        True
        """
        return self._call("revoke_certificate", Success, {"id": id, "reason": reason})

    def download_certificate(self, id: str, *, include_cross_signed: bool | None = None) -> Download:  # noqa: A002
        """Get the issued certificate with its chain, as PEM.

        Right after ``issued`` the service may still answer ``certificate_not_issued``: try again later.

        Args:
            id: The certificate's id.
            include_cross_signed: Whether the chain goes on to the cross-signed root.

        >>> files = client.download_certificate(issued.id)
        >>> files.fullchain == files.certificate + files.ca_bundle
        True
        """
        parameters = {"id": id, "include_cross_signed": include_cross_signed}
        return self._call("download_certificate", Download, parameters)

    def download_certificate_zip(self, id: str, *, include_cross_signed: bool | None = None) -> Zip:  # noqa: A002
        """Get the issued certificate with its chain, as a ZIP file with certificate.crt and ca_bundle.crt.

        Args:
            id: The certificate's id.
            include_cross_signed: Whether the chain goes on to the cross-signed root.

        >>> import io, zipfile
        >>> archive = zipfile.ZipFile(io.BytesIO(client.download_certificate_zip(issued.id).zip))
        >>> sorted(archive.namelist())
        ['ca_bundle.crt', 'certificate.crt']
        """
        parameters = {"id": id, "include_cross_signed": include_cross_signed}
        return self._call("download_certificate_zip", Zip, parameters)

    def validate_csr(self, *, csr: str) -> CsrCheck:
        """Ask the service what it thinks of a CSR. No order is made.

        Args:
            csr: The certificate signing request, PEM.

        >>> client.validate_csr(csr=client.generate_csr(domains=["example.com"]).csr).valid
        True
        """
        return self._call("validate_csr", CsrCheck, {"csr": csr})

    def generate_eab_credentials(self, *, email: str | None = None) -> EabCredentials:
        """Get new credentials for an ACME client's external account binding (RFC 8555, section 7.3.4).

        They can be used again, and only so many are given a day.

        Args:
            email: For the account of this address; then no access key is needed or sent.

        >>> credentials = client.generate_eab_credentials()
        >>> credentials  # the key is a secret: it is shown only when it is asked for
        EabCredentials(eab_kid='...', eab_hmac_key='***')
        """
        return self._call("generate_eab_credentials", EabCredentials, {"email": email})

    def list_ca_certificates(self, *, limit: int | None = None, cursor: str | None = None) -> CaCertificateList:
        """Get a page of the CA's own certificates.

        Args:
            limit: How many on a page, 100 at most.
            cursor: next_cursor or prev_cursor of another page.

        >>> len(client.list_ca_certificates(limit=1).data)
        1
        """
        return self._call("list_ca_certificates", CaCertificateList, {"limit": limit, "cursor": cursor})

    def get_ca_certificate(self, id: str) -> CaCertificate:  # noqa: A002
        """Get one of the CA's own certificates.

        Args:
            id: The id, or the SHA-1 in hex.

        >>> known = client.list_ca_certificates().data[0]
        >>> client.get_ca_certificate(known.id) == known
        True
        """
        return self._call("get_ca_certificate", CaCertificate, {"id": id})

    def download_ca_certificate(self, id: str) -> CaDownload:  # noqa: A002
        """Get one of the CA's own certificates with its chain, as PEM.

        Args:
            id: The id, or the SHA-1 in hex.

        >>> known = client.list_ca_certificates().data[0]
        >>> client.download_ca_certificate(known.id).certificate.splitlines()[0]
        '-----BEGIN CERTIFICATE-----'
        """
        return self._call("download_ca_certificate", CaDownload, {"id": id})

    def request(
        self,
        *,
        method: Method,
        path: str,
        query: Mapping[str, str | float | bool] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> RawAnswer:
        """Ask any endpoint, also one that is published after this version.

        The access key is added; an error body is an error.

        Args:
            method: The HTTP method. Only a GET is repeated.
            path: The path, such as /certificates.
            query: The query's parameters: texts, numbers, true or false.
            body: The JSON body.

        >>> client.request(method="GET", path="/certificates", query={"limit": 1}).body["result_count"]
        1
        """
        parameters = {"method": method, "path": path, "query": query, "body": body}
        return self._call("request", RawAnswer, parameters)

    def generate_csr(
        self,
        *,
        domains: Sequence[str],
        key_type: KeyType | None = None,
        private_key: str | None = None,
        subject: Mapping[str, str] | None = None,
    ) -> GeneratedCsr:
        """Make a certificate signing request and, unless one is given, a private key. Nothing is sent.

        Save the key before you order.

        Args:
            domains: The names; the first one becomes the CN if it has no more than 64 characters.
            key_type: The kind of key to make; ecdsa-p256 by default.
            private_key: A key to use instead: PEM, as PKCS#8, SEC1 or PKCS#1.
            subject: What a CSR of ours says beside the CN; by default the country `US`, since the service refused CSRs
                without one in 2026. A DV certificate shows none of it.

        >>> request = client.generate_csr(domains=["example.com", "www.example.com"], key_type="ecdsa-p384")
        >>> request.csr.splitlines()[0]
        '-----BEGIN CERTIFICATE REQUEST-----'
        """
        parameters = {"domains": domains, "key_type": key_type, "private_key": private_key, "subject": subject}
        return self._call("generate_csr", GeneratedCsr, parameters)

    def _call(self, operation: str, answer: type[_A], parameters: Mapping[str, object]) -> _A:
        if log.is_wanted():
            return running.call(self._inner.start_call(operation, parameters), answer)
        return self._inner.call(operation, answer, parameters)
