"""Rules that two services must answer alike: pure functions of values, time passed in."""
