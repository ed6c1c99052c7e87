"""What a request can be refused for."""

from __future__ import annotations


class RequestError(Exception):
    """A request that is answered with an HTTP status and a sentence that says why."""

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status."""
        self.message = message
        """What the client reads."""
        self.retry_after = retry_after
        """Seconds after which the client may ask again; None for no such advice."""
