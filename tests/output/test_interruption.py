"""Signals: when they end a run, and with which code."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tap_elasticsearch.exceptions import Interrupted
from tap_elasticsearch.output import Interruption

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def interruption() -> Iterator[Interruption]:
    """One that is installed, with what was there before put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    installed = Interruption()
    installed.install()
    yield installed
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_at_once(interruption: Interruption, number: signal.Signals, code: int) -> None:
    """Where nothing is being written, a signal ends the run at once, with its code."""
    with pytest.raises(Interrupted) as caught:
        signal.raise_signal(number)
    assert caught.value.code == code


def test_patience(interruption: Interruption) -> None:
    """Where a page is being written, the first signal waits for the next check."""
    with pytest.raises(Interrupted) as caught, interruption.patience():  # noqa: PT012
        interruption.check()
        signal.raise_signal(signal.SIGTERM)
        with interruption.patience():
            pass
        waited = True
        interruption.check()
    assert waited
    assert caught.value.code == 143


def test_what_waited_is_not_forgotten(interruption: Interruption) -> None:
    """At the end of the outermost patience, the run ends: a line may have been the last one."""
    with pytest.raises(Interrupted), interruption.patience():
        signal.raise_signal(signal.SIGTERM)


def test_patience_has_an_end(interruption: Interruption) -> None:
    """The second signal does not wait."""
    with pytest.raises(Interrupted) as caught, interruption.patience():  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert caught.value.at_once
