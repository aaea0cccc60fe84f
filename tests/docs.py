"""What is generated: ``python -m tests.docs`` writes it, tests compare it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap_elasticsearch.config import config_schema
from tap_elasticsearch.fields import TYPES
from tests.meltano import definition

if TYPE_CHECKING:
    from collections.abc import Mapping

README = Path(__file__).resolve().parent.parent / "README.md"


def settings_table() -> str:
    """Every setting with its default and what it means, by group."""
    lines = ["| setting | default | what it does |", "|---|---|---|"]
    group = ""
    for name, schema in config_schema()["properties"].items():
        if schema["group"] != group:
            group = schema["group"]
            lines.append(f"| **{group}** | | |")
        description = schema["description"].replace("|", "\\|")
        secret = " (secret)" if schema.get("secret") else ""
        lines.append(f"| `{name}` | {_default(schema)} | {description}{secret} |")
    return "\n".join(lines)


def _default(schema: Mapping[str, Any]) -> str:
    return f"`{json.dumps(schema['default'])}`" if "default" in schema else ""


def types_table() -> str:
    """Every type that the tap knows, with the form of its values and its column."""
    rows: dict[tuple[str, str], list[str]] = {}
    for name, kind in TYPES.items():
        column = kind.schema["type"] + (
            f", {kind.schema['format']}" if "format" in kind.schema else ""
        )
        rows.setdefault((column, kind.form), []).append(f"`{name}`")
    lines = ["| type | column | value |", "|---|---|---|"]
    lines += [
        f"| {', '.join(names)} | {column} | {form} |" for (column, form), names in rows.items()
    ]
    return "\n".join(lines)


GENERATED = {"settings": settings_table, "types": types_table}


def generated(text: str) -> str:
    """``text`` with what stands between its markers made anew."""
    for name, make in GENERATED.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        table = make()
        text = marked.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    README.write_text(generated(README.read_text()))
    definition.MELTANO_YML.write_text(definition.text())
