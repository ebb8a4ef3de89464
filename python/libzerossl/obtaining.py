"""The operations that keep a folder of certificates: what a client does beyond single calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from libzerossl import running, ways
from libzerossl.answers import Answer, Obtained, Renewals
from libzerossl.running import Callables

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from libzerossl import _native
    from libzerossl.literals import KeyType, Preflight, ValidationMethod
    from libzerossl.running import OnEvent, Publish


class Obtaining:
    """The part of a `Client` that obtains and renews."""

    __slots__ = ()

    _inner: _native.Client

    def obtain(
        self,
        domains: Sequence[str],
        *,
        directory: str | os.PathLike[str],
        name: str | None = None,
        validation: Mapping[str, Any] | None = None,
        webroot: str | os.PathLike[str] | Mapping[str, str | os.PathLike[str]] | None = None,
        listen: str | None = None,
        hook: Sequence[str] | None = None,
        publish: Publish | None = None,
        cleanup: Publish | None = None,
        emails: Mapping[str, str] | None = None,
        validation_method: ValidationMethod | None = None,
        validity_days: int | None = None,
        strict_domains: bool | None = None,
        key_type: KeyType | None = None,
        reuse_key: bool | None = None,
        private_key: str | None = None,
        csr: str | None = None,
        subject: Mapping[str, str] | None = None,
        renew_at: float | None = None,
        force: bool | None = None,
        replace: str | None = None,
        deadline: float | None = None,
        poll_interval: float | None = None,
        settle: float | None = None,
        preflight: Preflight | None = None,
        resolver: str | None = None,
        connect_to: Sequence[str] | None = None,
        deploy_hook: Sequence[str] | None = None,
        rollback: bool | None = None,
        adopt: str | None = None,
        abandon: bool | None = None,
        offline: bool | None = None,
        on_event: OnEvent | None = None,
    ) -> Obtained:
        """Leave a valid certificate in a folder.

        Nothing is done while the one there is good, an order under way goes on, and otherwise a new one is ordered.
        Safe to repeat, safe to kill. The files lie in ``directory/name/current/``.

        Give ``validation``, or one of ``webroot``, ``listen``, ``hook``, ``publish``, ``emails``. Callables are called
        on this thread. What they raise, and Ctrl-C, ends the call at once; the order is kept for the next one.

        Args:
            domains: The names; the first one is the CN.
            directory: The folder of all entries; it is made if there is none.
            name: The entry's name, a folder in `directory`; the first domain if absent.
            validation: How control of the names is shown: `method`, and one of `webroot`, `listen`, `hook`, `emails`;
                with none of them the caller is asked by events. Here that is ``publish``.
            webroot: The folder that a web server shows at ``http://NAME/``, or a mapping from names to folders.
            listen: Where a small web server of ours listens as long as needed, such as ``0.0.0.0:80``.
            hook: A command that publishes; called with ``present`` or ``cleanup``, a name and its target.
            publish: Called with each `Challenge`, that is a `RecordChallenge` unless ``validation_method`` is one by
                file; what it says has to be in place when it returns.
            cleanup: Called with each `Challenge` that is needed no more; without it all stays in place.
            emails: For each name the address that the service's mail goes to, out of those that the order lists.
            validation_method: HTTP_CSR_HASH for ``webroot`` and ``listen``, CNAME_CSR_HASH for ``hook`` and
                ``publish``, unless this says otherwise.
            validity_days: Days of validity; 90 by default.
            strict_domains: Exactly these names, true by default; otherwise the service adds the www or bare twin of a
                name.
            key_type: The kind of key; ecdsa-p256 by default.
            reuse_key: Whether a renewal keeps the key; one whose certificate was revoked is never kept.
            private_key: A key of the caller's, PEM, for all orders of the entry: later calls and `renew_all` take it
                from the key's own file, until `reuse_key` is false or another `key_type` is asked for.
            csr: A CSR of the caller's, PEM, whose names are `domains`: the caller keeps the key, so there is no privkey
                and no combined among the files. Not with key_type, subject, private_key, reuse_key.
            subject: What a CSR of ours says beside the CN; by default the country `US`, since the service refused CSRs
                without one in 2026. A DV certificate shows none of it.
            renew_at: The share of the lifetime that is left when the certificate is renewed; 1/3 by default.
            force: Orders anew though the certificate is good, and though too many creates are without an outcome.
            replace: Which certificate the new one replaces, which passes the quota: `auto` (the newest of the entry;
                the default), `never`, or an id.
            deadline: Seconds for the whole call; 1800 by default, without end for EMAIL.
            poll_interval: Seconds before the order is looked at again, growing to 30; 2 by default.
            settle: Seconds after which an order whose answer was lost, and which cannot be found, counts as not made;
                30 by default.
            preflight: Whether we look at files and records before the service does, and what follows from what we find;
                warn by default.
            resolver: The DNS server for our own look, `ADDRESS` or `ADDRESS:PORT`; by default the authoritative ones.
            connect_to: Where our own look goes instead, as in curl: `HOST:PORT:TO_HOST:TO_PORT`.
            deploy_hook: A command that runs after a new certificate is in place, at least once for each.
            rollback: Whether `current` goes back to the version before when the deploy hook fails.
            adopt: The id of the order that is ours, after an error of kind `ambiguous`.
            abandon: Gives up the order under way; one that is issued meanwhile is installed.
            offline: No network while the certificate is good; otherwise the service is asked once whether it was
                revoked.
            on_event: Called with each `Event`; ``print`` will do.

        Raises:
            ValidationError: The names could not be validated; ``domains`` says why. Put it right and call again.
            AmbiguousError: An answer was lost and several orders may be ours: give the id of one as ``adopt``.
            BusyError: Another process works on this entry.
            StorageError: A file could not be read or written.

        >>> result = client.obtain(["example.com"], directory=directory, webroot=webroot)
        >>> result.outcome, sorted(result.files)
        ('issued', ['cert', 'chain', 'combined', 'fullchain', 'privkey'])
        >>> client.obtain(["example.com"], directory=directory, webroot=webroot).outcome
        'unchanged'
        """
        callables = Callables(on_event, publish, cleanup)
        callables.check("obtain")
        short_forms = {"webroot": webroot, "listen": listen, "hook": hook, "publish": publish, "emails": emails}
        parameters = {
            "domains": domains,
            "directory": ways.path(directory),
            "name": name,
            "validation": ways.validation(validation, validation_method, short_forms),
            "validity_days": validity_days,
            "strict_domains": strict_domains,
            "key_type": key_type,
            "reuse_key": reuse_key,
            "private_key": private_key,
            "csr": csr,
            "subject": subject,
            "renew_at": renew_at,
            "force": force,
            "replace": replace,
            "deadline": deadline,
            "poll_interval": poll_interval,
            "settle": settle,
            "preflight": preflight,
            "resolver": resolver,
            "connect_to": connect_to,
            "deploy_hook": deploy_hook,
            "rollback": rollback,
            "adopt": adopt,
            "abandon": abandon,
            "offline": offline,
        }
        return running.run(self._inner.start("obtain", parameters, Answer), Obtained, callables)

    def renew_all(
        self,
        directory: str | os.PathLike[str],
        *,
        jobs: int | None = None,
        max_orders: int | None = None,
        offline: bool | None = None,
        on_event: OnEvent | None = None,
        publish: Publish | None = None,
        cleanup: Publish | None = None,
    ) -> Renewals:
        """Go through a folder and do for every entry what `obtain` would, by the parameters it was last called with.

        It goes on after a failure. Then the error is of the first failure's class, and its ``details`` are the whole
        report: ``Renewals.from_dict(error.details)``.

        Args:
            directory: The folder of all entries.
            jobs: How many entries are worked on at once; 4 by default.
            max_orders: How many new orders are made at most, refused ones left out; what would need another is
                `postponed` to the next run.
            offline: No network for entries whose certificate is good; what was revoked goes unnoticed.
            on_event: Called with each `Event`; ``print`` will do.
            publish: As for `obtain`, for entries that were obtained with it; without it those fail when they are due.
            cleanup: As for `obtain`.

        Raises:
            Error: An entry failed; the others are done.
            StorageError: The folder could not be read.

        >>> client.obtain(["example.com"], directory=directory, webroot=webroot).outcome
        'issued'
        >>> for entry in client.renew_all(directory).results:
        ...     print(entry.name, entry.outcome, entry.expires)
        example.com unchanged 20...+00:00
        """
        callables = Callables(on_event, publish, cleanup)
        callables.check("renew_all")
        parameters = {"directory": ways.path(directory), "jobs": jobs, "max_orders": max_orders, "offline": offline}
        return running.run(self._inner.start("renew_all", parameters, Answer), Renewals, callables)
