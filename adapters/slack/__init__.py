"""Slack: the bot where social workers already talk. Two translators round slack-bolt, and a durable inbox before it."""
