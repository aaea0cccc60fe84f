"""Settings: their schema, and the frozen values that every room below reads."""

from tap_elasticsearch.config.builtin import parse_builtin, refused
from tap_elasticsearch.config.entries import Secret, StreamSettings
from tap_elasticsearch.config.environment import from_environment, report_unused
from tap_elasticsearch.config.parsing import parse_settings
from tap_elasticsearch.config.schema import config_schema
from tap_elasticsearch.config.settings import Settings

__all__ = [
    "Secret",
    "Settings",
    "StreamSettings",
    "config_schema",
    "from_environment",
    "parse_builtin",
    "parse_settings",
    "refused",
    "report_unused",
]
