"""The ASGI entry: the Streamlit app, and the top-level assets folder beside it.

Started by `streamlit run app/server.py`. Streamlit does not put custom routes under its base path,
so the prefix is added here, and the page passes it on to the stage.
"""

from pathlib import Path

import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from app.widgets.mount import assets_url

ASSETS = Path(__file__).parent.parent / "assets"

app = st.App("main.py", routes=[Mount(assets_url(), StaticFiles(directory=ASSETS))])
