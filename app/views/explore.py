"""The first page: a scene on the stage, to step through and to change."""

from app import state
from app.shown import show
from app.widgets.choices import choices
from app.widgets.mount import KEY, mount
from app.widgets.stage import message
from app.widgets.wire import pack

here = state.session()
choices(here.history.present)
shown = show(here.history.present)
told, sent = message(shown, here)
mount(pack(told), on_event=lambda: state.receive(KEY))
state.finish(here, sent)
