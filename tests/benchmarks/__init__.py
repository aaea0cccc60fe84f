"""How fast the tap is, beside other ways to get the same documents out of the same server."""
