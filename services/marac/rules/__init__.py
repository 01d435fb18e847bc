"""The rules of marac: pure functions of values, time passed in, each with its source."""
