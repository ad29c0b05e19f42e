"""Whether the server beside it is well: exits with 0 if so. Standard library only."""

import os
import urllib.request

PORT = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
PATH = os.environ.get("GATESCOPE_HEALTH", "/readyz")

with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{PATH}", timeout=4) as answer:
    raise SystemExit(answer.status != 200)
