"""The web: evidence pages, a chat to try, and the pages that operators ask for; one aiohttp application."""
