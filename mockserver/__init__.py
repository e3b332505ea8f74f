"""A local stand-in for the WhatsApp APIs of four messaging providers."""

from typing import TYPE_CHECKING, Any

from mockserver.late import load_module
from mockserver.version import __version__

if TYPE_CHECKING:
    from mockserver.app import create_app

__all__ = ["__version__", "create_app"]


def __getattr__(name: str) -> Any:
    """The application is loaded when somebody asks for it, which most commands do not."""
    if name == "create_app":
        return load_module("mockserver.app").create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
