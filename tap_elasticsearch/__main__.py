"""``python -m tap_elasticsearch``, and the installed command."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Run the tap."""
    # Until the run has handlers of its own: imports take half a second.
    signal.signal(signal.SIGINT, lambda number, _: sys.exit(128 + number))
    from tap_elasticsearch.tap import TapElasticsearch  # noqa: PLC0415

    # The servers take documents that are nested 1,000 deep (Jackson's StreamReadConstraints).
    sys.setrecursionlimit(10_000)
    TapElasticsearch.cli()


if __name__ == "__main__":
    main()
