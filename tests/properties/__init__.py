"""What holds for any mapping and any document that a real server takes."""
