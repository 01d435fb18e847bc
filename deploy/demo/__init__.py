"""The try-out: an invented force area, its year, and the partners that live it."""
