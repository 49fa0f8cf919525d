"""What can go wrong in understanding a message."""


class IntentsError(Exception):
    """Messages cannot be understood: a part is missing, damaged or does not fit."""


class EncoderError(IntentsError):
    """The sentence encoder's files are missing or are not the ones expected."""


class MatcherError(IntentsError):
    """A matcher cannot be fitted on these examples, or a stored one cannot be read."""
