"""Tests of the room ``extraction``."""
