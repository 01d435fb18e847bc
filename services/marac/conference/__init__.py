"""The victim-centred side: cases, meetings, and what every agency said (MARAC)."""
