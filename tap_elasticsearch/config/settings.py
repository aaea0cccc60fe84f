"""The settings: one frozen value, each field with its type, its default and what it means.

This is the only list of settings. The schema that the SDK and Meltano see, the README's table and
the validation are all derived from it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

# They are looked up when a configuration is decoded.
from tap_elasticsearch.config.entries import (  # noqa: TC001
    Secret,
    StreamSettings,
    Text,
    Texts,
    TypeOverride,
)

MetadataField = Literal[
    "_id", "_index", "_routing", "_version", "_seq_no", "_primary_term", "_ignored"
]


def setting(description: str, group: str, *, secret: bool = False) -> Meta:
    """What is known of a setting beside its type: for the schema, the README, and validation."""
    return Meta(
        description=description,
        extra_json_schema={"group": group, **({"secret": True} if secret else {})},
    )


class Settings(Struct, frozen=True, kw_only=True):
    """Everything a user can set. Durations are in seconds, sizes in bytes, unless said."""

    hosts: Annotated[
        Texts | None,
        setting(
            "Addresses of the cluster. Scheme and port are filled in: `localhost` is"
            " `http://localhost:9200`, `https://es.example.com` is port 443."
            " Default: `http://localhost:9200`",
            "where",
        ),
    ] = None
    cloud_id: Annotated[
        Text | None, setting("Elastic Cloud's name for a deployment, instead of `hosts`", "where")
    ] = None

    username: Annotated[Text | None, setting("User name, together with `password`", "who")] = None
    password: Annotated[
        Secret | None, setting("Password, together with `username`", "who", secret=True)
    ] = None
    api_key: Annotated[
        Secret | None,
        setting(
            "API key: the `encoded` value that Elasticsearch shows, or `id:api_key`",
            "who",
            secret=True,
        ),
    ] = None
    bearer_token: Annotated[
        Secret | None, setting("Service token, OAuth2 token or JWT", "who", secret=True)
    ] = None
    headers: Annotated[
        dict[str, Secret], setting("HTTP headers to send with every request", "who", secret=True)
    ] = {}

    verify_certs: Annotated[
        bool, setting("Refuse a server whose certificate is not trusted", "TLS")
    ] = True
    ca_certs: Annotated[
        Text | None,
        setting("The certificate authority to trust: a file, or the PEM text itself", "TLS"),
    ] = None
    ca_fingerprint: Annotated[
        Text | None,
        setting(
            "SHA-256 fingerprint of the server's certificate or of its authority,"
            " as Elasticsearch prints it at its first start",
            "TLS",
        ),
    ] = None
    client_cert: Annotated[
        Text | None, setting("A file with the client certificate (PEM)", "TLS")
    ] = None
    client_key: Annotated[
        Text | None, setting("A file with the client certificate's key (PEM)", "TLS")
    ] = None
    client_key_password: Annotated[
        Secret | None, setting("Password of `client_key`", "TLS", secret=True)
    ] = None

    indices: Annotated[
        Texts,
        setting(
            "Indices, data streams, aliases or patterns; each index and data stream that matches"
            " becomes a stream",
            "what",
        ),
    ] = ("*",)
    exclude_indices: Annotated[
        Texts, setting("Names or patterns that `indices` leaves out", "what")
    ] = ()
    include_hidden: Annotated[
        bool,
        setting(
            "Let the patterns of `indices` match hidden indices and names with a leading dot",
            "what",
        ),
    ] = False
    streams: Annotated[
        tuple[StreamSettings, ...],
        setting(
            "Streams made of several indices, with a query or with some fields only:"
            ' `[{"index": "logs-*", "name": "logs", "query": {...}, "fields": ["user", "*.id"],'
            ' "exclude_fields": ["user.mail"], "array_fields": ["tags"], "type_overrides": [...],'
            ' "replication_key": "@timestamp", "start_value": "2024-01-01"}]`. They add to'
            " `indices`, and what they cover does not appear on its own",
            "what",
        ),
    ] = ()
    stream_name: Annotated[
        Literal["safe", "index"],
        setting(
            "`safe`: names of letters, digits and `_`, since SQL targets split names at hyphens;"
            " `index`: the name as it is",
            "what",
        ),
    ] = "safe"

    arrays: Annotated[
        Literal["auto", "always", "never"],
        setting(
            "Which columns are lists, since mappings do not say which fields hold any. `auto`:"
            " those of fields in which a sample of documents, or a count of their values, shows"
            " lists; `always`: all that can be; `never`: none. Fields of `array_fields` and"
            " `nested` ones always are",
            "rows",
        ),
    ] = "auto"
    array_fields: Annotated[
        Texts,
        setting(
            "Paths or patterns (`tags`, `user.roles`, `*.ids`) of fields that hold lists:"
            " their columns are lists",
            "rows",
        ),
    ] = ()
    computed_fields: Annotated[
        Texts,
        setting(
            "Paths or patterns of `alias`, runtime and derived fields, which no document holds, to"
            " have columns for; the server is asked for their values",
            "rows",
        ),
    ] = ()
    sample_size: Annotated[
        int,
        Meta(ge=1, le=10_000),
        setting("Documents of each stream that `arrays: auto` looks at", "rows"),
    ] = 100
    type_overrides: Annotated[
        tuple[TypeOverride, ...],
        setting(
            'Fields whose columns shall be as if their type were another: `[{"field": "code",'
            ' "type": "keyword"}]`; `json` is JSON text. A field may be a pattern',
            "rows",
        ),
    ] = ()
    record_shape: Annotated[
        Literal["columns", "document"],
        setting(
            "`columns`: one for each field; `document`: the whole document as one JSON object, as"
            " it is, in the column `document`",
            "rows",
        ),
    ] = "columns"
    metadata_fields: Annotated[
        tuple[MetadataField, ...],
        setting(
            "Columns beside the document's: of `_id`, `_index`, `_routing`, `_version`, `_seq_no`,"
            " `_primary_term`, `_ignored`; those of the key are there always",
            "rows",
        ),
    ] = ("_id", "_index")
    extra_values: Annotated[
        Literal["keep", "drop", "fail"],
        setting(
            "What becomes of values that have no place in their column: `keep` in the column"
            " `_extra`, `drop` and count, or `fail` at the first",
            "rows",
        ),
    ] = "keep"
    unsigned_long: Annotated[
        Literal["string", "integer"],
        setting(
            "The columns of `unsigned_long`: `string`, or `integer` for targets that hold integers"
            " beyond 2^63 - 1",
            "rows",
        ),
    ] = "string"
    null_characters: Annotated[
        Literal["keep", "remove"],
        setting(
            "`keep` or `remove` the character U+0000 in texts and in names inside of columns, which"
            " PostgreSQL cannot hold; the names of columns and the key keep it",
            "rows",
        ),
    ] = "keep"
    include_vectors: Annotated[
        bool,
        setting(
            "Also read vectors and `semantic` fields, which are large; without it they have no"
            " columns, whatever is selected",
            "rows",
        ),
    ] = False

    mapping_conflicts: Annotated[
        Literal["widen", "fail"],
        setting(
            "Where the indices of one stream have different types for one field: `widen`: one"
            " column that holds the values of all, with one warning; `fail`: an error that names"
            " every such field",
            "rows",
        ),
    ] = "widen"
    property_names: Annotated[
        Literal["source", "safe"],
        setting(
            "`source`: columns have the names of fields; `safe`: names of letters, digits and"
            " single `_` that stay different where a target ignores case or flattens objects",
            "rows",
        ),
    ] = "source"

    replication_key: Annotated[
        Text | None,
        setting(
            "The field by which runs after the first read only what is new or has changed; a stream"
            " without it, or where it cannot be sorted by, is read whole every time",
            "incremental",
        ),
    ] = None
    start_date: Annotated[
        Text | None,
        setting("Where the first run begins, if the replication key is a date", "incremental"),
    ] = None
    end_date: Annotated[
        Text | None,
        setting("Where every run ends (not included), if the key is a date", "incremental"),
    ] = None
    lookback_seconds: Annotated[
        float,
        Meta(ge=0, le=10**9),
        setting(
            "Seconds before the bookmark that a run reads again, for documents that arrive late",
            "incremental",
        ),
    ] = 0
    lag_seconds: Annotated[
        float,
        Meta(ge=0, le=10**9),
        setting(
            "Seconds before now that a run leaves to the next: documents that are being written"
            " may not be visible yet, and later ones would move the bookmark past them",
            "incremental",
        ),
    ] = 30

    page_size: Annotated[
        Annotated[int, Meta(ge=1)] | Literal["auto"],
        setting("Documents per request; `auto` aims at `page_bytes`", "reading"),
    ] = "auto"
    page_bytes: Annotated[
        int,
        Meta(ge=1_000),
        setting("Bytes per answer that `page_size: auto` aims at", "reading"),
    ] = 8 * 1024 * 1024
    parallel: Annotated[
        Annotated[int, Meta(ge=1, le=64)] | Literal["auto"],
        setting(
            "Pages on their way at a time; those of a stream that is read whole share `page_bytes`."
            " `auto`: one more than the stream has shards, at most 4; in the order of a key, each"
            " shard has one at most",
            "reading",
        ),
    ] = "auto"
    resume_full_table: Annotated[
        bool,
        setting(
            "Go on with a full table, or with the first run of an incremental stream, that an"
            " earlier run did not end; turn it off for targets that keep nothing of such a run, or"
            " begin a new file with each",
            "reading",
        ),
    ] = True
    point_in_time_keep_alive: Annotated[
        str,
        Meta(pattern=r"^[1-9]\d*(s|m|h)$"),
        setting(
            "How long the server keeps a snapshot between two pages; raise it for a target that"
            " stops reading for longer",
            "reading",
        ),
    ] = "10m"
    verify_counts: Annotated[
        Literal["fail", "warn", "off"],
        setting(
            "What to do if fewer or more documents of a shard were read than its point in time,"
            " or its scroll, holds",
            "reading",
        ),
    ] = "fail"
    max_requests_per_second: Annotated[
        float, Meta(ge=0), setting("Requests a second at most; `0`: no limit", "reading")
    ] = 0.0
    request_timeout: Annotated[
        float, Meta(gt=0), setting("Seconds to wait for an answer, or for more of one", "reading")
    ] = 60.0
    max_retry_time: Annotated[
        float,
        Meta(ge=0),
        setting(
            "Seconds for which a request is made again that failed for a reason that may pass",
            "reading",
        ),
    ] = 300.0
    http_compress: Annotated[
        bool | Literal["auto"],
        setting(
            "Compress requests and answers; `auto`: yes, unless the server is on this machine",
            "reading",
        ),
    ] = "auto"

    emit_activate_version_messages: Annotated[
        bool,
        setting(
            "Tell the target to delete the rows that a full table no longer has"
            " (ACTIVATE_VERSION messages)",
            "SDK",
        ),
    ] = False
