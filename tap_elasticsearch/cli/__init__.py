"""The command line: exit codes and options beside the SDK's."""

from tap_elasticsearch.cli.command import TapCommand
from tap_elasticsearch.cli.files import UNREADABLE, unreadable, which_is_unreadable

__all__ = ["UNREADABLE", "TapCommand", "unreadable", "which_is_unreadable"]
