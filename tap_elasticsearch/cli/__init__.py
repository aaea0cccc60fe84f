"""The command line: exit codes and options beside the SDK's."""

from tap_elasticsearch.cli.command import TapCommand

__all__ = ["TapCommand"]
