"""The lines of the core contract: one JSON object in, one out. Everything else of this core is written as if it ran by itself.

An operation is a generator. It yields an action that it waits for and is sent the event that came of it:

    event = yield op.connect("smtp.example.com", 587)

What does not wait (send, close, background, cancel) is put into op.queue and goes out with the next action.
"""

import hashlib
import json
import os
import select
import sys
import time


class Failed(Exception):
    """How something ended without success: an outcome of the contract."""

    def __init__(self, kind, side="Device", stage="", **more):
        super().__init__(kind)
        self.result = {"kind": kind, "side": side, "stage": stage, **{k: v for k, v in more.items() if v}}

    @property
    def kind(self):
        return self.result["kind"]

    @kind.setter
    def kind(self, kind):
        self.result["kind"] = kind


class Invalid(Exception):
    """Fields of the settings that cannot be stored."""

    def __init__(self, fields):
        super().__init__("invalid settings")
        self.fields = fields


class Operation:
    """One activity of the device, with the randomness that the bench has given for it."""

    def __init__(self, number, random):
        self.number, self.queue, self.task = number, [], None
        self.seed, self.drawn, self.left = bytes.fromhex(random), 0, b""

    def random(self, count):
        while len(self.left) < count:
            self.drawn += 1
            self.left += hashlib.sha256(self.seed + self.drawn.to_bytes(8, "big")).digest()
        drawn, self.left = self.left[:count], self.left[count:]
        return drawn


class Lines:
    """Standard input, line by line. Python's own buffer would hide from select what it has read already."""

    def __init__(self):
        self.read = b""

    def wait(self, seconds):
        """Whether a line, or the end, comes in this time; None: there is no end to it."""
        return b"\n" in self.read or bool(select.select([sys.stdin], [], [], seconds)[0])

    def next(self):
        parts, more = [], self.read
        while b"\n" not in more:
            parts.append(more)
            more = os.read(sys.stdin.fileno(), 1 << 20)
            if not more:
                sys.exit()
        end, self.read = more.split(b"\n", 1)
        return json.loads(b"".join(parts + [end]))


class Device:
    """The device's clock and its operations. The time is that of the last line; where the core sleeps itself (real), the machine's goes on
    from there."""

    def __init__(self, real=False, haste=1):
        self.real, self.haste, self.lines, self.since = real, haste, Lines(), 0
        self.told_now_ms = self.told_up_ms = self.offset_s = 0
        self.operations, self.asked, self.next = {}, {}, 1

    def set(self, event):
        self.told_now_ms, self.told_up_ms, self.offset_s = event["now_ms"], event["up_ms"], event.get("utc_offset_s", 0)
        self.since = time.monotonic()

    def passed_ms(self):
        return int((time.monotonic() - self.since) * 1000) if self.real else 0

    @property
    def now_ms(self):
        return self.told_now_ms + self.passed_ms()

    @property
    def up_ms(self):
        return self.told_up_ms + self.passed_ms()

    def sleep(self, up_ms):
        """Sleeps in the answer to a line. The only line that comes meanwhile is the one that says that its operation is cancelled."""
        end = time.monotonic() + (up_ms - self.up_ms) / 1000 * self.haste
        while (left := end - time.monotonic()) > 0:
            if self.lines.wait(left):
                self.set(self.lines.next())
                return {"event": "failed", "error": "Interrupted"}
        return {"event": "woke"}

    def background(self, op, task):
        """Asks for an operation of our own; task makes its generator when the bench begins it."""
        number, self.next = self.next, self.next + 2
        self.asked[number] = task
        op.queue.append({"do": "background", "op": number})
        return number


def serve(core):
    """Answers lines until they end. core has device, boot, configure, begin and state."""
    device, told = core.device, {}
    while True:
        event = device.lines.next()
        device.set(event)
        if event["event"] == "interrupt":
            continue  # it has crossed an answer; what the operation waits for next fails
        answer = {"n": event["n"]}
        if event["event"] == "boot":
            answer.update(core.boot(event))
        elif event["event"] == "configure":
            core.configure(event["owners"])
        else:
            answer["do"] = step(core, event)
        state = {owner: shown for owner, shown in core.state().items() if told.get(owner) != shown}
        told.update(state)
        answer["state"] = state
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def step(core, event):
    """Runs an operation until it waits for something, or ends."""
    device = core.device
    op = device.operations.get(event["op"])
    try:
        if op is None:
            op = device.operations[event["op"]] = Operation(event["op"], event["random"])
            make = device.asked.pop(op.number, None) or (lambda op: core.begin(op, event))
            op.task = make(op)
            wish = next(op.task)
        else:
            wish = op.task.send(event)
        while device.real and wish["do"] == "wake_at":
            wish = op.task.send(device.sleep(wish["up_ms"]))
    except StopIteration as end:
        wish = {"do": "outcome", "ok": True, **(end.value or {})}
    except Failed as failed:
        wish = {"do": "outcome", **failed.result}
    except Invalid as invalid:
        wish = {"do": "outcome", "fields": invalid.fields}
    if wish["do"] == "outcome":
        del device.operations[op.number]
    actions, op.queue = op.queue + [wish], []
    return actions
