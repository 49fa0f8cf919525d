"""Everything the product raises on purpose, beside `KnowledgeError` and `IntentsError` of the layers below."""


class WhatworksError(Exception):
    """The base of the errors that a person can act on; the message is a sentence for that person."""


class SettingsError(WhatworksError):
    """One or more settings are wrong; the message names each by its environment variable."""


class InputError(WhatworksError):
    """A file or line handed to a command cannot be used; the message says which and why."""


class ServeError(WhatworksError):
    """The server cannot listen where it was told to."""


class StoreError(WhatworksError):
    """The store of operational data cannot be used.

    Attributes:
        retryable: Whether the same may work later.
    """

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class DeliveryError(WhatworksError):
    """A message could not be brought to a platform.

    Attributes:
        retryable: Whether the same may work later.
        after: Seconds that the platform asks to wait first.
    """

    def __init__(self, message: str, *, retryable: bool, after: float = 0.0) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.after = after


class UnconfirmedError(DeliveryError):
    """A message may have arrived: it was sent, and nothing came back. Sending it again could show it twice."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class SignInError(WhatworksError):
    """Somebody is not let into the desk; the message says why, and what to do."""
