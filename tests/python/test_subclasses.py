"""If the library copies an object, a subclass keeps its attributes, and its ``__init__`` is not run."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import libzerossl as zerossl
import pytest
from typing_extensions import Self


class Named(zerossl.Client):
    """A subclass with a dictionary, and its own ``__init__``."""

    def __init__(self, name: str, base_url: str, *, tags: list[str]) -> None:
        """Take other arguments than the base."""
        super().__init__("key", base_url=base_url)
        self.name = name
        self.tags = tags


class Slotted(zerossl.Client):
    """A subclass with slots: one with a private name, one that is never set."""

    __slots__ = ("__hidden", "shown", "unset")

    def __init__(self, base_url: str) -> None:
        """Set two of the slots."""
        super().__init__("key", base_url=base_url)
        self.shown = "s"
        self.__hidden = "h"

    @property
    def hidden(self) -> str:
        """The private one."""
        return self.__hidden


class Guarded(Slotted):
    """A subclass of a subclass that refuses to set attributes."""

    def __init__(self, base_url: str) -> None:
        """Set something all the same."""
        super().__init__(base_url)
        vars(self)["extra"] = 1

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse every attribute."""
        if name not in {"_inner", "shown", "_Slotted__hidden"}:
            raise AttributeError(name)
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> str:
        """Give something for everything."""
        return "made up"


BASE = "http://127.0.0.1:1"


def test_cancelled_by_gives_the_same_class_with_the_same_attributes() -> None:
    """Attributes and slots, the same objects."""
    named = Named("n", BASE, tags=["a"])
    view = named.cancelled_by(zerossl.CancelToken()).cancelled_by(zerossl.CancelToken())
    assert type(view) is Named
    assert view.name == "n"
    assert view.tags is named.tags
    view.name = "other"
    assert named.name == "n"

    slotted = Slotted(BASE).cancelled_by(zerossl.CancelToken())
    assert (type(slotted), slotted.shown, slotted.hidden) == (Slotted, "s", "h")
    assert not hasattr(slotted, "unset")

    guarded = Guarded(BASE).cancelled_by(zerossl.CancelToken())
    assert (type(guarded), guarded.shown, guarded.hidden, guarded.extra) == (Guarded, "s", "h", 1)
    assert guarded.unset == "made up"


def test_the_view_of_a_subclass_is_cancelled_and_the_original_is_not() -> None:
    """It is bound to the token, with everything else."""
    token = zerossl.CancelToken()
    named = Named("n", BASE, tags=[])
    view = named.cancelled_by(token)
    token.cancel()
    with pytest.raises(zerossl.CancelledError):
        view.list_certificates()
    with pytest.raises(zerossl.NetworkError):
        zerossl.Client("key", base_url=BASE, max_retries=0).list_certificates()


class Order(zerossl.Certificate):
    """An answer class of a program: an attribute, and an unusual ``__init__``."""

    def __init__(self, json: str, *, customer: str) -> None:
        """Set the owner."""
        self.customer = customer

    def __new__(cls, json: str, **_: object) -> Self:
        """Pass only the JSON form to the base class."""
        return super().__new__(cls, json)


def test_a_subclass_of_an_answer_is_copied_and_pickled() -> None:
    """With its attributes; its fields are those of the base class."""
    order = Order('{"id": "one", "new": 1}', customer="c")
    assert order.fields == zerossl.Certificate.fields
    assert (order.id, order.extra) == ("one", {"new": 1})
    assert repr(order).startswith("Order(id='one'")
    for again in (copy.deepcopy(order), *(pickle.loads(pickle.dumps(order, p)) for p in range(6))):
        assert (type(again), again, again.customer) == (Order, order, "c")


def test_a_subclass_of_an_answer_is_replaced() -> None:
    """With its attributes."""
    other = Order('{"id": "one"}', customer="c").replace(id="two")
    assert (type(other), other.id, other.customer) == (Order, "two", "c")


class OwnError(zerossl.StorageError):
    """An error class of a program."""

    def __init__(self, place: str, *, because: str) -> None:
        """Make a message of both."""
        super().__init__(f"{place}: {because}", path=place)
        self.because = because


def test_a_subclass_of_an_error_is_copied_and_pickled() -> None:
    """Without its ``__init__``."""
    error = OwnError("/x", because="no")
    for again in (copy.copy(error), copy.deepcopy(error), *(pickle.loads(pickle.dumps(error, p)) for p in range(6))):
        assert (type(again), str(again), again.path, again.because) == (OwnError, "/x: no", "/x", "no")
        assert again.to_dict() == error.to_dict()
