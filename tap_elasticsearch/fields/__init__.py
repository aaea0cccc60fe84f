"""What a mapping says of documents: the field tree, and the table of types."""

from tap_elasticsearch.fields.canonical import are_canonical, is_canonical_date
from tap_elasticsearch.fields.checked import NEVER, Date, fraction, nullable, objects
from tap_elasticsearch.fields.chosen import ALL_FIELDS, Chosen
from tap_elasticsearch.fields.columns import (
    VECTORS,
    dropping,
    unsigned_as_integers,
    without_vectors,
)
from tap_elasticsearch.fields.computed import apart, computed_fields, with_computed
from tap_elasticsearch.fields.dates import CANONICAL_DATE, keeps_canonical
from tap_elasticsearch.fields.lists import ListFinder, can_be_list, open_shapes, shaped
from tap_elasticsearch.fields.literal import as_written, read_integer, read_number
from tap_elasticsearch.fields.merge import Conflict, merge
from tap_elasticsearch.fields.misfit import Misfit
from tap_elasticsearch.fields.names import (
    clashes,
    reserved,
    safe_names,
    told_apart,
    with_safe_names,
)
from tap_elasticsearch.fields.overrides import with_types
from tap_elasticsearch.fields.own import has_constants, in_index, varying
from tap_elasticsearch.fields.schema import json_schema
from tap_elasticsearch.fields.tree import (
    JSON_TEXT,
    OBJECTS,
    OFF,
    Field,
    parse_mapping,
    to_mapping,
    walk,
    with_arrays,
)
from tap_elasticsearch.fields.types import (
    TYPES,
    FieldType,
    always,
    holds_lists,
    is_known,
    is_sortable,
    type_of,
)
from tap_elasticsearch.fields.unreadable import DATED, DATES, unreadable_dates

__all__ = [
    "ALL_FIELDS",
    "CANONICAL_DATE",
    "DATED",
    "DATES",
    "JSON_TEXT",
    "NEVER",
    "OBJECTS",
    "OFF",
    "TYPES",
    "VECTORS",
    "Chosen",
    "Conflict",
    "Date",
    "Field",
    "FieldType",
    "ListFinder",
    "Misfit",
    "always",
    "apart",
    "are_canonical",
    "as_written",
    "can_be_list",
    "clashes",
    "computed_fields",
    "dropping",
    "fraction",
    "has_constants",
    "holds_lists",
    "in_index",
    "is_canonical_date",
    "is_known",
    "is_sortable",
    "json_schema",
    "keeps_canonical",
    "merge",
    "nullable",
    "objects",
    "open_shapes",
    "parse_mapping",
    "read_integer",
    "read_number",
    "reserved",
    "safe_names",
    "shaped",
    "to_mapping",
    "told_apart",
    "type_of",
    "unreadable_dates",
    "unsigned_as_integers",
    "varying",
    "walk",
    "with_arrays",
    "with_computed",
    "with_safe_names",
    "with_types",
    "without_vectors",
]
