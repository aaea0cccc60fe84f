"""Page bytes to hits, hits to records that are true to their schema."""
