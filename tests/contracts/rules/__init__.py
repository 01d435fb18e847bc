"""Rules that two services must answer alike."""
