"""The interface of the native half, for the Python half only."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Generic, NoReturn, TypeVar, final, overload

from typing_extensions import Self, disjoint_base

__all__ = [
    "VERSION",
    "CancelToken",
    "Client",
    "Field",
    "Op",
    "Record",
    "describe",
    "panic",
    "prometheus",
    "run_command",
]

_T = TypeVar("_T")
_R = TypeVar("_R", bound=Record)

VERSION: Final[str]

def describe() -> str: ...
def panic() -> None: ...
def prometheus(entries: str) -> str: ...
def run_command(arguments: Sequence[str]) -> int: ...

@final
class CancelToken:
    """Ends the calls of clients that were made with `Client.cancelled_by`; from any thread."""

    def __new__(cls) -> CancelToken: ...
    def cancel(self) -> None:
        """Cancel; may be called several times. A wait ends within 50 milliseconds."""

    def is_cancelled(self) -> bool:
        """Whether it was cancelled."""

@disjoint_base
class Record:
    @overload
    def __new__(cls, json: object, start: int = 0, end: int = 0, /) -> Self: ...
    @overload
    def __new__(cls, /, **fields: Any) -> Self: ...  # noqa: ANN401
    def to_json(self) -> str:
        """Give the JSON form as text."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form: dicts, lists, strings, numbers, booleans."""

    def _alone(self) -> Self: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Field(Generic[_T]):
    def __new__(
        cls, doc: str, kind: str = "", /, *, of: type[Record] | None = None, secret: bool = False
    ) -> Field[_T]: ...
    def __class_getitem__(cls, key: object) -> object: ...
    def __set_name__(self, owner: object, name: str, /) -> None: ...
    @overload
    def __get__(self, instance: None, owner: type, /) -> Field[_T]: ...
    @overload
    def __get__(self, instance: Record, owner: type | None = None, /) -> _T: ...
    def __set__(self, instance: Record, value: NoReturn, /) -> None: ...
    def __delete__(self, instance: Record, /) -> None: ...
    @property
    def is_secret(self) -> bool: ...

@final
class Client:
    def __new__(cls, settings: Mapping[str, object]) -> Client: ...
    def call(
        self,
        operation: str,
        answer: type[_R],
        parameters: Mapping[str, object],
        /,
    ) -> _R: ...
    def check(self, operation: str, parameters: Mapping[str, object], /) -> str: ...
    def start_call(self, operation: str, parameters: Mapping[str, object], /) -> Op: ...
    def start(self, operation: str, parameters: Mapping[str, object], page: type[Record], /) -> Op: ...
    def cancelled_by(self, token: CancelToken) -> Client: ...
    def advance_clock(self, seconds: float) -> None: ...
    def close(self) -> None: ...

@final
class Op:
    DONE: Final[int]
    EVENT: Final[int]
    PENDING: Final[int]
    LOG: Final[int]
    def next(self, timeout: float | None = None) -> tuple[int, Any]: ...
    def fd(self) -> int: ...
    def reply(self, reply: str) -> None: ...
    def cancel(self) -> None: ...
    def result(self, answer: type[_R]) -> _R: ...
