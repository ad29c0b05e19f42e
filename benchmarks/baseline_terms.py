"""What the lens "why" is measured against: the same two charts as st.plotly_chart draws them."""

import streamlit as st

from app.figures.heatmap import track_heatmap
from app.setting import Setting
from app.shown import show
from app.widgets.lenses import view_of

st.set_page_config(layout="wide")
step = st.number_input("step", value=1, min_value=1)
setting = Setting(scene="crowd", alongside="none", view="why", step=step - 1, unit=3)
shown = show(setting)
left, right = st.columns(2)
for track, values in shown.traces["gru"].items():
    figure = track_heatmap(values, track, shown.labels, shown.orders["gru"])
    left.plotly_chart(figure, key=track, height=150)
view = view_of(shown)
assert view is not None
for chart in view.charts:
    right.plotly_chart(chart.figure, key=chart.name, height=chart.height)
