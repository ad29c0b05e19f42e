"""What the lens "why" is measured against: the same two charts as st.plotly_chart draws them."""

import streamlit as st

from app.figures.heatmap import track_heatmap
from app.lenses import view_of
from app.screen.screen import screen_of
from app.setting.setting import Setting

st.set_page_config(layout="wide")
step = st.number_input("step", value=1, min_value=1)
setting = Setting(scene="crowd", alongside="none", view="why", step=step - 1, unit=3)
screen = screen_of(setting)
left, right = st.columns(2)
for track, values in screen.traces["gru"].items():
    figure = track_heatmap(values, track, screen.labels, screen.orders["gru"])
    left.plotly_chart(figure.checked, key=track, height=150)
view = view_of(screen)
assert view is not None
for chart in view.charts:
    right.plotly_chart(chart.figure.checked, key=chart.name, height=chart.height)
