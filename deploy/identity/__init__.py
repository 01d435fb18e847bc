"""Keycloak in the place of the built-in identity provider: its realm."""
