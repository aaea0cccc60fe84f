"""``python -m tap_elasticsearch``, and the installed command."""

from __future__ import annotations

import sys

from tap_elasticsearch.tap import TapElasticsearch


def main() -> None:
    """Run the tap."""
    # The servers take documents that are nested 1,000 deep (Jackson's StreamReadConstraints).
    sys.setrecursionlimit(10_000)
    TapElasticsearch.cli()


if __name__ == "__main__":
    main()
