"""A phone with a poor line sends its form by the drop; everybody else goes on working."""

import asyncio
from typing import Any

from tests.cast import Stage

SOON_SECONDS = 5
BOUNDARY = "drop"


def asking(path: str, kind: str) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"testserver"), (b"content-type", kind.encode())],
        "client": ("127.0.0.1", 50_000),
        "server": ("testserver", 443),
    }


def test_who_sends_slowly_keeps_nobody_from_writing(stage: Stage) -> None:
    async def story() -> tuple[int, bool]:
        rest = asyncio.Event()
        began = asyncio.Event()
        answers: list[int] = []
        first = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"'

        async def drops() -> dict[str, Any]:
            if not began.is_set():
                began.set()
                return {"type": "http.request", "body": first.encode(), "more_body": True}
            await rest.wait()
            end = f"\r\n\r\nx\r\n--{BOUNDARY}--\r\n"
            return {"type": "http.request", "body": end.encode(), "more_body": False}

        async def whole() -> dict[str, Any]:
            return {"type": "http.request", "body": b"a=1", "more_body": False}

        async def hear(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answers.append(message["status"])

        slow = asyncio.create_task(
            stage.app(asking("/salir", f"multipart/form-data; boundary={BOUNDARY}"), drops, hear)
        )
        await asyncio.wait_for(began.wait(), SOON_SECONDS)
        await asyncio.sleep(0.2)
        quick = stage.app(asking("/salir", "application/x-www-form-urlencoded"), whole, hear)
        await asyncio.wait_for(quick, SOON_SECONDS)
        waiting = not slow.done()
        rest.set()
        await asyncio.wait_for(slow, SOON_SECONDS)
        return answers[0], waiting

    status, still_waiting = asyncio.run(story())
    assert still_waiting
    assert status == 403  # without a token of the form; but it was heard at once
