"""Real Singer targets that load what the tap writes, and what they keep of it."""

from tests.targets.install import CACHE, DUCKDB, JSONL, POSTGRES, Target

__all__ = ["CACHE", "DUCKDB", "JSONL", "POSTGRES", "Target"]
