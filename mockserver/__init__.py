"""A local stand-in for the WhatsApp APIs of four messaging providers."""

from mockserver.app import create_app
from mockserver.version import __version__

__all__ = ["__version__", "create_app"]
