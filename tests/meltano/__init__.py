"""The Meltano project: made from the settings, and run by Meltano itself."""
