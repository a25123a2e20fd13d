"""A usual Python server for one status: aiohttp_status.py BODY. Prints its port."""

import asyncio
import sys

from aiohttp import web

BODY = sys.argv[1].encode()


async def status(_: web.Request) -> web.Response:
    """Answer with the body as it is: nothing is rendered here either."""
    return web.Response(body=BODY, content_type="application/json")


async def main() -> None:
    """Serve until standard input ends or a signal comes."""
    application = web.Application()
    application.router.add_get("/status", status)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
