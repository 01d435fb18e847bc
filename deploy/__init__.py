"""Goldthread as processes: how they are wired, started, tried out and measured.

Facts and rows hold no cycles, and there are many: looking for some after each 700 new objects took half of
the time in which a batch is loaded, and a fifth of each start, which makes thousands of models.
"""

import gc

gc.set_threshold(50_000, 20, 50)
