"""``python -m tap_elasticsearch``, and the installed command."""

from __future__ import annotations

from tap_elasticsearch.tap import TapElasticsearch


def main() -> None:
    """Run the tap."""
    TapElasticsearch.cli()


if __name__ == "__main__":
    main()
