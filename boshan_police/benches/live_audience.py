"""Many sockets in one process, as the audience of the bench `live`: notes when each frame of an incident comes.

`python -m boshan_police.benches.live_audience URL SOCKETS [TOKEN]` says `ready` once all are open; at the end of its
input it prints {key: [nanoseconds of the monotonic clock, one per socket that got it]} as JSON.
"""

import asyncio
import json
import re
import sys
import time
from collections import defaultdict

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

_KEY = re.compile(r'"number": ?"(\d+)"')
_OPENED_AT_ONCE = 20


async def _listen(socket: ClientConnection, came: dict[str, list[int]]) -> None:
    try:
        async for frame in socket:
            now = time.monotonic_ns()
            if '"type":"incident"' in frame and (found := _KEY.search(frame)):
                came[found[1]].append(now)
    except ConnectionClosed:
        return  # what did not come any more is counted as missing


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(url: str, sockets: int, token: str | None) -> None:
    headers = {"Authorization": f"Token {token}"} if token else {}
    came: dict[str, list[int]] = defaultdict(list)
    opened: list[ClientConnection] = []
    for begun in range(0, sockets, _OPENED_AT_ONCE):
        more = min(_OPENED_AT_ONCE, sockets - begun)
        opened += await asyncio.gather(
            *(
                connect(
                    url,
                    additional_headers=headers,
                    proxy=None,
                    compression=None,
                    max_queue=None,
                    ping_interval=None,
                )
                for _ in range(more)
            )
        )
    listeners = [asyncio.create_task(_listen(socket, came)) for socket in opened]
    _say("ready")
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for listener in listeners:
        listener.cancel()
    _say(json.dumps(came))
    for socket in opened:
        socket.transport.abort()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None))
