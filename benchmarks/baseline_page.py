"""What the stage is measured against: the same four heatmaps as st.plotly_chart draws them."""

import streamlit as st

from app.figures.heatmap import track_heatmap
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.situation import Target

TARGET = Target.parse("gru.w_h.update.3.1")

st.set_page_config(layout="wide")
value = st.number_input("weight", value=0.5, step=0.001, format="%.6f")
screen = screen_of(Setting(scene="crowd", alongside="none").with_edit(TARGET, value))
for column, track in zip(st.columns(4), screen.traces["gru"], strict=True):
    figure = track_heatmap(screen.traces["gru"][track], track, screen.labels, screen.orders["gru"])
    column.plotly_chart(figure.checked, key=track)
