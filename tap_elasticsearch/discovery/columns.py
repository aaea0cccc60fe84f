"""Names of columns that common targets would take for one, or for their own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_elasticsearch.discovery.listed import listed
from tap_elasticsearch.fields import clashes, reserved, told_apart
from tap_elasticsearch.records.normalise import without_extra

if TYPE_CHECKING:
    from tap_elasticsearch.discovery.definition import StreamDefinition

logger = logging.getLogger("tap-elasticsearch")


def report_names(definition: StreamDefinition) -> None:
    """Say in one line which names of the stream's columns a target may stumble over."""
    if definition.property_names == "safe":
        apart = [
            f"{path} is {safe}"
            for path, safe in told_apart(without_extra(definition.fields)).items()
        ]
        if apart:
            logger.warning(
                "Stream %s: fields with a name that another has got: %s.",
                definition.name,
                listed(apart),
            )
        return
    others = [name for name in definition.schema["properties"] if name.startswith("_")]
    metadata = [name for name in others if name not in definition.fields.properties]
    groups = [" = ".join(group) for group in clashes(definition.fields, metadata)]
    taken = reserved(definition.fields)
    problems = [
        *([f"these are one name in many targets: {listed(groups)}"] if groups else ()),
        *([f"these belong to targets: {listed(taken)}"] if taken else ()),
    ]
    if problems:
        logger.warning(
            "Stream %s: %s. Set property_names: safe if yours cannot load them.",
            definition.name,
            "; ".join(problems),
        )
