"""Every error this tap raises on purpose, sorted by what the user must do about it.

* ``SettingsError``: the configuration cannot be used (exit 2)
* ``RefusedError``: the server said no, and will again until something is changed (exit 2)

  * ``LoginError``: the credentials are wrong or missing
  * ``PrivilegeError``: the credentials are right, but not allowed to do this
  * ``CertificateError``: the server's or our certificate is not accepted
  * ``NotFoundError``: a name that is not there, or is closed
  * ``RequestError``: the server does not understand the request

* ``UnreachableError``: no server answered (exit 1)

  * ``SlowError``: it did not in time
  * ``TornError``: the connection broke in the middle of the answer

* ``ServerError``: the server answered, but not with what was asked for (exit 1)

  * ``IncompleteError``: an answer that lacks documents

    * ``CutError``: since it ends in the middle
    * ``TimedOutError``: since it took too long; one with fewer documents may not

  * ``ContextLostError``: the point in time is gone
  * ``BusyError``: too much at once; the same request may succeed later

    * ``TooLargeError``: and a smaller one more likely

  * ``UnavailableError``: what should answer cannot now, but may later

* ``TargetGoneError``: whoever read our output has stopped reading (exit 1)
* ``Interrupted``: SIGINT or SIGTERM (exit 130 or 143)

Bases are the SDK's recovery classes, so that whatever the SDK does with an error by its class, it
does with ours. The text of each is for the user: what happened, the value, what to do next.
"""

from __future__ import annotations

from typing import ClassVar

from singer_sdk.exceptions import (
    ConfigurationError,
    FatalAPIError,
    FatalSyncError,
    RetriableAPIError,
    SingerSDKError,
)

__all__ = [
    "BusyError",
    "CertificateError",
    "ContextLostError",
    "CutError",
    "FatalAPIError",
    "IncompleteError",
    "Interrupted",
    "LoginError",
    "NotFoundError",
    "PrivilegeError",
    "RefusedError",
    "RequestError",
    "ServerError",
    "SettingsError",
    "SingerSDKError",
    "SlowError",
    "TargetGoneError",
    "TimedOutError",
    "TooLargeError",
    "TornError",
    "UnavailableError",
    "UnreachableError",
]


class SettingsError(ConfigurationError):
    """The configuration cannot be used: a setting is unknown, of the wrong type, or contradicts."""

    exit_code: ClassVar[int] = 2


class RefusedError(FatalAPIError):
    """The server refused, and will refuse again until the user changes something."""

    exit_code: ClassVar[int] = 2


class LoginError(RefusedError):
    """HTTP 401: the credentials are wrong or missing."""


class PrivilegeError(RefusedError):
    """HTTP 403: the credentials lack a privilege."""


class CertificateError(RefusedError):
    """The TLS handshake failed."""


class NotFoundError(RefusedError):
    """HTTP 404, or an index that is closed: the name cannot be read."""


class RequestError(RefusedError):
    """HTTP 400 and other answers that say the request itself is wrong."""


class UnreachableError(RetriableAPIError):
    """No server answered: wrong address, connection cut, or no answer in time."""

    exit_code: ClassVar[int] = 1


class SlowError(UnreachableError):
    """No answer in time."""


class TornError(UnreachableError):
    """The connection broke in the middle of an answer."""


class ServerError(FatalAPIError):
    """The server answered with something other than what was asked for.

    Attributes:
        retry_after: Seconds after which the server wants to be asked again; None if it did not say.
    """

    exit_code: ClassVar[int] = 1
    retry_after: float | None = None


class IncompleteError(ServerError):
    """A page lacks documents: shards failed or were left out, or the search timed out."""


class CutError(IncompleteError):
    """An answer that ends in the middle, and says nothing of it."""


class TimedOutError(IncompleteError):
    """A search took longer than the server, or (HTTP 504) what stands before it, allows."""


class ContextLostError(ServerError):
    """The point in time is gone: expired, closed by someone, or its node has left."""


class BusyError(ServerError):
    """HTTP 429 and the like: the server has too much to do right now."""


class TooLargeError(BusyError):
    """The answer would take more memory than the server has left."""


class UnavailableError(ServerError):
    """HTTP 502, 503 and the like: a node, or what stands before it, cannot answer right now."""


class TargetGoneError(FatalSyncError):
    """The reader of our output closed the pipe."""

    exit_code: ClassVar[int] = 1


class Interrupted(SystemExit):
    """The user, or the machine, asked the run to stop; the code is 128 + the signal's number.

    Attributes:
        at_once: Was it asked twice, so that nothing more is to be waited for?
    """

    def __init__(self, code: int, *, at_once: bool = False) -> None:
        super().__init__(code)
        self.at_once = at_once
