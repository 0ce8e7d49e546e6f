"""Around every answer: what a browser may do with it, and how many bytes are heard."""

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP_WITHOUT_SCRIPTS = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CSP = f"{CSP_WITHOUT_SCRIPTS}; script-src 'self'; connect-src 'self'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
}
PLAIN_BODY = 2_000_000
"""Bytes that a body without files may have."""


class Shield:
    """Security headers on every answer, a limit on every body. Pure ASGI: it buffers nothing."""

    def __init__(self, app: ASGIApp, upload_bytes: int, https: bool) -> None:
        self.app = app
        self.upload_bytes = upload_bytes
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_upload = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
        limit = self.upload_bytes if is_upload else PLAIN_BODY

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._harden(MutableHeaders(scope=message))
            await send(message)

        declared = headers.get(b"content-length", b"0")
        heard = int(declared) if declared.isdigit() and int(declared) > limit else 0

        async def guarded_receive() -> Message:
            nonlocal heard
            if heard <= limit:
                message = await receive()
                heard += len(message.get("body", b""))
            if heard > limit:
                raise HTTPException(413)
            return message

        await self.app(scope, guarded_receive, guarded_send)

    def _harden(self, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", CSP)
        if "cache-control" not in headers:
            headers["Cache-Control"] = "no-store"
        if self.https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
