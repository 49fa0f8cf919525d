"""The terminal: cards as text with Rich, and a conversation with history."""
