"""The built-in identity provider, for trying Goldthread out. Production refuses it."""
