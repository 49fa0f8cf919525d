"""What was asked: from the text of a message to a recognition of what the practitioner wants."""
