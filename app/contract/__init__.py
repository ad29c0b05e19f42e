"""What server and browser say to each other: the message to the stage, and its events.

This is the only place where their shapes are written. `python -m scripts.contract` writes them as
types for the browser (assets/stage/contract.d.ts); a test fails when the two drift, and another
when a message is not what stands here. Nothing that comes from a browser is trusted for it: every
event is checked where it is read (app/session/events.py).
"""

from app.contract.base import *
from app.contract.screen import *
from app.contract.lens import *
from app.contract.choices import *
from app.contract.parts import *
from app.contract.core import *
from app.contract.lesson import *
from app.contract.message import *
from app.contract.events import *
