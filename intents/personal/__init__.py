"""Find personal data in a message and take it out: identifiers by pattern and check digit, people by name and context."""

from intents.personal.redact import PersonalDataFinder, Redacted
from intents.personal.span import Span

__all__ = ["PersonalDataFinder", "Redacted", "Span"]
