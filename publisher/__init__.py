"""The publisher: a dropped newsletter becomes a published issue on a WeChat official account."""

__version__ = "0.5.1"
