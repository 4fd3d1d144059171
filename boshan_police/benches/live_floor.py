"""The least that could bring a Redis message to many browsers: one subscription, one write per socket, nothing else.

`python -m boshan_police.benches.live_floor PORT CHANNEL REDIS_URL`
"""

import asyncio
import sys

import redis.asyncio
from websockets.asyncio.server import ServerConnection, broadcast, serve


async def main(port: int, channel: str, redis_url: str) -> None:
    audience: set[ServerConnection] = set()

    async def join(socket: ServerConnection) -> None:
        audience.add(socket)
        try:
            await socket.wait_closed()
        finally:
            audience.discard(socket)

    async with serve(join, "127.0.0.1", port, compression=None, ping_interval=None):
        client = redis.asyncio.Redis.from_url(redis_url)
        async with client.pubsub() as subscription:
            await subscription.subscribe(channel)
            async for message in subscription.listen():
                if message["type"] == "message":
                    broadcast(audience, message["data"].decode())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
