"""The README's first command: a real server, real data, the tap, a real target."""
