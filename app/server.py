"""The ASGI entry: the Streamlit app, and the top-level assets folder beside it.

Started by `streamlit run app/server.py`. Streamlit does not put custom routes under its base path,
so the prefix is added here, and the page passes it on to the stage.
"""

import os
from typing import Any

# One thread for NumPy's linear algebra, unless somebody has chosen. Two wait for each other in a
# loop: beside other visitors a large run takes ten times as long. Read when NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import streamlit as st
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from app.opening import ASSETS
from app.widgets.mount import assets_url


class Assets(StaticFiles):
    """Files that browsers keep, but ask about each time.

    Without this a browser guesses how long a module is fresh, and after an update of the server it
    could run old and new modules together.
    """

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, or 304 if the browser's copy is the same."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


app = st.App("main.py", routes=[Mount(assets_url(), Assets(directory=ASSETS))])
