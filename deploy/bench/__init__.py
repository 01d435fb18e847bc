"""``make bench``: what this machine does with Goldthread, beside what it does with the bare libraries.

Each figure stands beside a raw limit that was measured in the same minute on the same Kafka and
PostgreSQL (``fsync`` on). The ratio is what can be compared between machines; neither can be
trusted where other work shares the cores.
"""

from deploy.bench.run import main as main
