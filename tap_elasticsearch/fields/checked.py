"""msgspec types that take nothing but what the normaliser of a type leaves as it is.

They may refuse more than they must: what they refuse is normalised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from tap_elasticsearch.fields.numbers import FLOAT_LIMIT, HALF_FLOAT_LIMIT, MAX_LONG, MIN_LONG

if TYPE_CHECKING:
    from collections.abc import Collection

#: No value: every one is changed, or there is no telling whether it would be.
NEVER = Annotated[int, Meta(ge=1, le=0)]
LONG = Annotated[int, Meta(ge=MIN_LONG, le=MAX_LONG)]
INTEGER = Annotated[int, Meta(ge=-(2**31), lt=2**31)]
SHORT = Annotated[int, Meta(ge=-(2**15), lt=2**15)]
BYTE = Annotated[int, Meta(ge=-(2**7), lt=2**7)]
FLOAT = Annotated[float, Meta(gt=-FLOAT_LIMIT, lt=FLOAT_LIMIT)]
HALF_FLOAT = Annotated[float, Meta(gt=-HALF_FLOAT_LIMIT, lt=HALF_FLOAT_LIMIT)]
LATITUDE = Annotated[float, Meta(ge=-90, le=90)]
LONGITUDE = Annotated[float, Meta(ge=-180, le=180)]
#: Digits of fewer than 2^64, as they are normalised.
UNSIGNED = Annotated[str, Meta(pattern=r"^(?:0|[1-9][0-9]{0,18})\Z")]
#: Below 2^63: larger bounds msgspec does not take.
UNSIGNED_INTEGER = Annotated[int, Meta(ge=0, le=MAX_LONG)]


class Date:
    """Stands for a canonical date: whoever decodes is asked whether a value is one.

    msgspec's own datetime takes offsets, too, and its patterns take twice the time.
    """


def fraction(number: Any) -> Any:  # noqa: ANN401 - a type, for which there is no type
    """``number``, a type of floats, where it is written with a fraction or an exponent."""
    return NEVER | number


#: Any number that is written so.
FRACTION = fraction(float)


def nullable(checked: Any) -> Any:  # noqa: ANN401 - a type, for which there is no type
    """``checked``, or null."""
    return checked | None


def structure(*required: str, **members: Any) -> type[Struct]:  # noqa: ANN401 - as above
    """Objects with these members and no others.

    Args:
        required: Members that must be there, and not null. All others may be missing, or null.
        members: The types of all.
    """
    return objects({name: name for name in members}, members, required, set(required))


def objects(
    names: dict[str, str],
    members: dict[str, Any],
    required: Collection[str],
    filled: Collection[str],
) -> type[Struct]:
    """As ``structure``, for members whose names in JSON are no identifiers.

    Args:
        names: What each member is called in JSON.
        members: The type of each.
        required: Members that must be there.
        filled: Members that must not be null.
    """
    fields: list[Any] = []
    for name, kind in members.items():
        taken = kind if name in filled else nullable(kind)
        fields.append((name, taken) if name in required else (name, taken | UnsetType, UNSET))
    return defstruct(
        "Object", fields, rename=names, forbid_unknown_fields=True, kw_only=True, gc=False
    )
