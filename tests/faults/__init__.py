"""Faults that no real server can be told to make: a fake one makes them, over a real socket."""
