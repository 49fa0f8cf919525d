"""What is to be fast, right or easy to read, measured; see README.md beside this file."""
