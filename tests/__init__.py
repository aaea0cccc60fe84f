"""The tests. Rooms mirror those of the package; servers, faults and the black box have their own.

``python3 -m tests`` runs them, ``python3 -m tests demo`` shows the tap at work; both set up all
they need.
"""
