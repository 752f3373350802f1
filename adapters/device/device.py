#!/usr/bin/env python3
"""A printer without a panel, in a process of its own, for mfpsim run --device. docs/devices.md explains the messages.

    device.py [--port N] [--plant BUG]...
"""

import argparse
import asyncio
import json
import traceback

from mailcore import CLIENT_ID
from rest import Bench, Question, nanoseconds
from printer import CAPABILITIES, Printer
import plants

HELLO = {"protocol": "mfpsim-device/1", "clock": "bench", "maker": "Worked Examples", "model": "Worked Device", "serial": "W1",
         "firmware": "1.0", "languages": ["en"], "clientId": CLIENT_ID, "capabilities": CAPABILITIES, "methods": sorted(Printer.METHODS)}


class Port:
    """The control port. Each boot makes a device; benches stand side by side."""

    def __init__(self, planted):
        self.planted, self.devices, self.count = planted, {}, 0

    async def answer(self, method, path, message):
        if (method, path) == ("GET", "/v1"):
            return HELLO
        if path == "/v1/benches":
            return await self.boot(message)
        _, _, _, identifier, what = path.split("/")
        if what == "end":
            bench, _ = self.devices.pop(identifier, (None, None))
            if bench:
                bench.stop()
            return {}
        return await getattr(self, what)(*self.devices[identifier], message)

    async def boot(self, m):
        if m.get("language", "en") not in ("", "en"):
            return {"error": {"kind": "choice", "what": "language", "wanted": m["language"], "present": ["en"]}}
        if m.get("model"):
            return {"error": {"kind": "choice", "what": "model", "wanted": m["model"], "present": [HELLO["model"]]}}
        bench, booted = Bench(nanoseconds(m["now"])), []

        def begin(call):
            booted.append(Printer(bench, m, self.planted))
            bench.ended(call, {})
        report = await bench.work(m["call"], nanoseconds(m["now"]), begin, True)
        self.count += 1
        self.devices[str(self.count)] = bench, booted[0]
        report.pop("results", None)
        return {"id": str(self.count), "page": True, "description": booted[0].describe(), "report": report}

    async def act(self, bench, printer, m):
        if not m["call"]:  # a look, without a turn
            bench.now = max(bench.now, nanoseconds(m["now"])) if not bench.current else bench.now
            return {"results": {"": printer.look(m["method"])}}
        args = m.get("args") or {}
        return await bench.work(m["call"], nanoseconds(m["now"]), lambda call: printer.act(call, m["method"], args), True)

    async def wake(self, bench, printer, m):
        report = await bench.wake(m["call"], m["timer"], nanoseconds(m["now"]))
        plants.after_a_turn(printer)
        return report

    async def slow(self, bench, _, m):
        return await bench.ask(Question(bench.connections.get(m["connection"]), m["given"]))

    async def stalled(self, bench, _, m):
        return await bench.ask(Question(bench.connections.get(m["connection"]), m["given"], m["taken"]))

    async def waits(self, bench, _, m):
        return await bench.ask(Question(bench.connections.get(m["connection"]), m["given"], marks=False))

    async def answer_comes(self, bench, _, m):
        gone = not bench.go(bench.connections.get(m["connection"]), nanoseconds(m["now"]))
        return {"gone": gone}

    async def serve(self, reader, writer):
        """One connection of the bench, with a request after the other (RFC 9112)."""
        try:
            while True:
                method, path, _ = (await reader.readline()).decode().split(" ")
                length = 0
                while (line := (await reader.readline()).strip()):
                    name, _, value = line.decode().partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                message = json.loads(await reader.readexactly(length)) if length else {}
                status, body = "200 OK", None
                try:
                    body = await self.answer(method, path.replace("/answer", "/answer_comes"), message)
                except Exception:
                    traceback.print_exc()
                    status, body = "500 Internal Server Error", {"error": {"kind": "broken", "text": "see the device's standard error"}}
                data = json.dumps(body).encode()
                writer.write(b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status.encode(), len(data)) + data)
                await writer.drain()
        except (ValueError, ConnectionError, asyncio.IncompleteReadError):
            pass  # the bench has closed the connection
        finally:
            writer.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--plant", action="append", default=[], choices=plants.NAMES, help="a bug")
    options = parser.parse_args()
    plants.plant(options.plant)
    server = await asyncio.start_server(Port(options.plant).serve, "127.0.0.1", options.port, limit=1 << 20)
    print("http://127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
