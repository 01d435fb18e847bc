"""``python -m deploy.ready <address>``: whether a service says that it is ready; the status tells.

The image has no curl.
"""

import sys
import urllib.error
import urllib.request


def is_ready(address: str) -> bool:
    """Whether this http address answers 200 within three seconds."""
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:  # noqa: S310 (an operator gives the address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(not is_ready(sys.argv[1]))
