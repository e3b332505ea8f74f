"""The settings of a server, and where they are read from."""

from mockserver.config.address import is_loopback, url_of
from mockserver.config.file import ConfigFile, find_file, read_file
from mockserver.config.load import Given, load_settings, read_settings, read_values
from mockserver.config.settings import SETTINGS, Setting, Settings, packaged_fixtures
from mockserver.config.switches import default_switches, find_unknown_variables

__all__ = [
    "SETTINGS",
    "ConfigFile",
    "Given",
    "Setting",
    "Settings",
    "default_switches",
    "find_file",
    "find_unknown_variables",
    "is_loopback",
    "load_settings",
    "packaged_fixtures",
    "read_file",
    "read_settings",
    "read_values",
    "url_of",
]
