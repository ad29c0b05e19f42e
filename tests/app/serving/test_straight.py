"""Pages' own requests go past Streamlit; nothing else does."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.serving.straight import Straight
from tests.app.asking import answered


async def told(request: Request) -> Response:
    return PlainTextResponse(request.path_params["page"])


STREAMLIT = PlainTextResponse("Streamlit", 201)
STRAIGHT = Straight(STREAMLIT, [Route("/gate/events/{page}", told)])


def test_what_is_ours_is_answered_by_us() -> None:
    assert answered(STRAIGHT, "/gate/events/name")[::2] == (200, b"name")


def test_all_else_goes_on() -> None:
    for path in ("/", "/gate/", "/gate/events", "/events/name", "/gate/eventss/name"):
        assert answered(STRAIGHT, path)[0] == 201, path


def test_what_is_below_ours_and_is_none_of_them_is_not_found() -> None:
    for path in ("/gate/events/", "/gate/events/name/more", "/gate/events//name"):
        assert answered(STRAIGHT, path)[0] == 404, path


def test_another_method_is_not_allowed() -> None:
    own = Straight(STREAMLIT, [Route("/gate/events/{page}", told, methods=["POST"])])
    assert answered(own, "/gate/events/name")[0] == 405
