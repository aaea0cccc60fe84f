"""Tests of the room ``fields``."""
