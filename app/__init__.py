"""The Streamlit front end: pages, the stage and its figures."""
