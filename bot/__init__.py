"""The core: what is said, how it is laid out and how the product is run. It knows no platform."""

__version__ = "0.1.0"
