"""Pure functions from numbers to Plotly figures: same numbers, same figure."""
