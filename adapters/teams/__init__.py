"""The bot on Microsoft Teams."""
