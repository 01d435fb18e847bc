"""Faults on purpose: kills, freezes, cut connections, and what must hold after each of them."""
