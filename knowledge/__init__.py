"""What the evidence says: the curated sheets, the rules they obey and the knowledge base compiled from them."""

from knowledge.base import KnowledgeBase
from knowledge.entry import EvidenceEntry
from knowledge.errors import Breach, KnowledgeError, SheetError

__all__ = ["Breach", "EvidenceEntry", "KnowledgeBase", "KnowledgeError", "SheetError"]
