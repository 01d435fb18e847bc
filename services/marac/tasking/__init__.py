"""The perpetrator-centred side: the cohort and its scores (MATAC). Nothing here tells where she lives."""
