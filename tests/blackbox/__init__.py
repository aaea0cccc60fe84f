"""The installed command against real servers, as users run it."""
