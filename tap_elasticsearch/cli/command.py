"""The command: every error that the user can mend is one line and an exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import (
    ConfigurationError,
    DiscoveryError,
    MapExpressionError,
    MappingError,
    SingerSDKError,
)
from singer_sdk.plugin_base import SingerCommand

from tap_elasticsearch.exceptions import SettingsError

if TYPE_CHECKING:
    import logging

    import click

#: The SDK's errors that the user must mend in the settings; ours say their code themselves.
_TO_MEND = (ConfigurationError, DiscoveryError, MappingError)


class TapCommand(SingerCommand):
    """The SDK's command with this tap's exit codes: 1 the run failed, 2 the user must act."""

    @classmethod
    def like(cls, command: click.Command, *, logger: logging.Logger) -> TapCommand:
        """The same command as ``command``, of this class."""
        return cls(
            name=command.name,
            callback=command.callback,
            params=command.params,
            help=command.help,
            context_settings=command.context_settings,
            logger=logger,
        )

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        try:
            _reject_closed_output()
            return super().main(*args, **kwargs)
        except SingerSDKError as error:
            # The SDK keeps to itself why an expression cannot be parsed.
            why = error.__cause__ if isinstance(error, MapExpressionError) else None
            message = f"{error} {why}" if why else str(error)
            self.logger.error("%s", message)  # noqa: TRY400 - a traceback is of no use to a user
            default = 2 if isinstance(error, _TO_MEND) else 1
            sys.exit(getattr(error, "exit_code", default))


def _reject_closed_output() -> None:
    # Nothing may be opened before: it would become what should be stdout.
    if sys.stdout is None:
        msg = "There is no output to write to: stdout is closed. Give it a file or a pipe."
        raise SettingsError(msg)
