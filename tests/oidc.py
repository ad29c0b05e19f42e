"""A provider of OpenID Connect for tests: it says yes at once, and may say what it must not."""

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.serving import free_port

CLIENT, SECRET = "gatescope", "of-the-provider"


@dataclass
class Provider:
    """One provider. Each test says whom it names, and what it says that it must not."""

    port: int
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    address: str = "ada@school.example"
    claims: dict[str, Any] = field(default_factory=dict)  # in place of those that are true
    state: str = ""  # in place of the one that was asked with
    signs_with: RSAKey | None = None  # a key that it does not publish
    refuses: bool = False
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # by code

    @property
    def issuer(self) -> str:
        """What a site knows it by."""
        return f"http://127.0.0.1:{self.port}"

    def behave(self) -> None:
        """As a provider does, from now on."""
        self.address, self.claims, self.state = "ada@school.example", {}, ""
        self.signs_with, self.refuses = None, False

    def discovery(self, _: Request) -> Response:
        """Where everything is."""
        places = {"authorization": "authorize", "token": "token", "end_session": "out"}
        told: dict[str, Any] = {f"{a}_endpoint": f"{self.issuer}/{b}" for a, b in places.items()}
        told |= {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        told |= {"id_token_signing_alg_values_supported": ["RS256"]}
        told |= {"code_challenge_methods_supported": ["S256"]}
        return JSONResponse(told)

    def authorize(self, request: Request) -> Response:
        """Lead back at once, with a code or without."""
        asked = dict(request.query_params)
        back = {"state": self.state or asked["state"]}
        if self.refuses:
            back["error"] = "access_denied"
        else:
            back["code"] = f"code{len(self.asked)}"
            self.asked[back["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        """Who it is, for a code that was given out and not used, and the proof of who asked."""
        async with request.form() as form:
            code, verifier = str(form.get("code")), str(form.get("code_verifier"))
        asked = self.asked.pop(code, None)
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        proven = asked and proof.decode().rstrip("=") == asked["code_challenge"]
        if not proven or request.headers.get("authorization") != f"Basic {known}":
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert asked is not None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], "email": self.address, "email_verified": True}
        signed = jwt.encode(
            {"alg": "RS256", "kid": "one"}, claims | self.claims, self.signs_with or self.key
        )
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": signed})

    def keys(self, _: Request) -> Response:
        """What its signatures are checked with."""
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def out(self, request: Request) -> Response:
        """Signed out there too; back."""
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 302)


@contextmanager
def providing() -> Iterator[Provider]:
    """One that answers."""
    provider = Provider(free_port())
    routes = [
        Route("/.well-known/openid-configuration", provider.discovery),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
        Route("/keys", provider.keys),
        Route("/out", provider.out),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=provider.port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()
