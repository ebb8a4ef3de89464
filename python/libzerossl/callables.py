"""The callables of the caller: for events, and to publish and remove what proves control of the names."""

from __future__ import annotations

from libzerossl.refusing import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from libzerossl._native import Op
    from libzerossl.events import Event, FileChallenge, RecordChallenge

    OnEvent: TypeAlias = Callable[[Event], object]
    Publish: TypeAlias = Callable[[FileChallenge], object] | Callable[[RecordChallenge], object]

__all__ = ["Action", "Callables"]


class Callables:
    """They are called one at a time, on the thread that waits for the operation."""

    def __init__(
        self,
        on_event: OnEvent | None = None,
        publish: Publish | None = None,
        cleanup: Publish | None = None,
    ) -> None:
        """Keep what was given."""
        self.on_event = on_event
        self.publish = publish
        self.cleanup = cleanup

    def check(self, operation: str, *, may_be_async: bool) -> None:
        """Refuse values that cannot be called here. Otherwise the error would come only after the order was made."""
        for name, value in vars(self).items():
            if value is None:
                continue
            if not callable(value):
                refuse(operation, name, f"expected a callable, not a value of type {type(value).__name__}")
            if not may_be_async and _is_async(value):
                refuse(operation, name, NEEDS_A_LOOP)
        if self.cleanup is not None and self.publish is None:
            refuse(operation, "cleanup", "it goes with `publish`, which is missing")

    def action(self, news: str) -> Action:
        """Return what an event asks for."""
        # Its import costs time at every start, and most programs have no events.
        from libzerossl.events import Event  # noqa: PLC0415

        event = Event(news)
        if event.type == "publish":
            return _question(event, "publish", self.publish)
        if event.type == "cleanup":
            # With `publish` but without `cleanup`, the caller chose to keep what was published.
            return _question(event, "cleanup", self.cleanup or (_leave if self.publish else None))
        return Action("on_event", self.on_event, event)


class Action:
    """A call of one of the callables. An event that waits for a reply is a `question` with this id."""

    def __init__(
        self,
        name: str,
        call: Callable[[Any], object] | None,
        argument: Any,  # noqa: ANN401
        question: int | None = None,
    ) -> None:
        """Keep what was given."""
        self.name = name
        self.call = call
        self.argument = argument
        self.question = question

    def reply(self, op: Op) -> None:
        """Say that it is done, or that there is nobody who could do it."""
        if self.question is None:
            return
        answer: dict[str, Any] = {"id": self.question}
        if self.call is None:
            answer["error"] = f"nobody is there to do it: give `{self.name}`"
        else:
            answer["ok"] = True
        import json  # noqa: PLC0415

        from libzerossl.errors import InvalidArgumentError  # noqa: PLC0415

        try:
            op.reply(json.dumps(answer))
        except InvalidArgumentError as error:
            # The deadline came while the callable ran; the operation says so itself.
            if error.parameter != "id":
                raise


NEEDS_A_LOOP = "the blocking client cannot wait for an `async def`; give a plain function, or use `AsyncClient`"


def _is_async(value: Any) -> bool:  # noqa: ANN401
    import inspect  # noqa: PLC0415

    return inspect.iscoroutinefunction(value) or inspect.iscoroutinefunction(type(value).__call__)


def _question(event: Event, name: str, call: Callable[[Any], object] | None) -> Action:
    from libzerossl.events import FileChallenge, RecordChallenge  # noqa: PLC0415

    fields = event.to_dict()
    kind = RecordChallenge if "target" in fields else FileChallenge
    challenge = kind.from_dict({field: fields[field] for field in kind.fields})
    return Action(name, call, challenge, fields["id"])


def _leave(_: object) -> None:
    """Leave what was published where it is."""
