"""Tests of the room ``connection``."""
