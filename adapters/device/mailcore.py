"""The worked core in Python (../python) inside the device: carries out what it asks for, on the network and the clock of a bench."""

import base64
import hashlib
import pathlib
import sys
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "python"))

import contract  # noqa: E402
from core import Core  # noqa: E402
from wire import Asked, Broken, Connection, Web, encoded, trust  # noqa: E402

MS = 10**6
MINUTE_MS = 60_000
STANDARD_MS, RECEIVE_MS = MINUTE_MS, 5 * MINUTE_MS
ADDRESS = 10 * 10**9  # nanoseconds for an address that may be dead
FLASH = 4 << 20

CLIENT_ID = "0a9d5c1e-77b3-4f0a-9f6b-3d2c41e8a5b0"  # of the application that the maker has registered at Entra ID
SCOPES = ["https://outlook.office.com/SMTP.Send", "offline_access", "openid", "profile"]


def service(name, tenant):
    base = "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/"
    return {"name": name, "device_authorization_endpoint": base + "devicecode", "token_endpoint": base + "token",
            "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0", "client_id": CLIENT_ID,
            "scopes": SCOPES, "smtp_server": "smtp-mail.outlook.com", "smtp_port": 587, "security": "STARTTLS"}


SERVICES = [service("Microsoft Exchange Online", "organizations"), service("Outlook.com", "consumers")]


class MailCore:
    """A core from power on to power off. flash is a bytearray that outlives it."""

    def __init__(self, bench, clock, flash, boot, plants):
        self.bench, self.clock, self.flash, self.plants = bench, clock, flash, plants
        self.proxy = boot["proxy"].rsplit(":", 1)
        self.proxy[1], self.token = int(self.proxy[1]), boot.get("proxyToken", "")
        verify = "trusts-any-certificate" not in plants
        roots = [root["pem"] for root in boot["roots"][:1]]
        self.contexts = {True: trust(roots, verify), False: trust([], False)}
        self.seed, self.drawn, self.lines, self.next = (boot["seed"] + "\0" + boot["name"]).encode(), 0, 0, 2
        self.up_since, self.background, self.web = bench.now, {}, Web(self.dial_secure)
        self.core = Core()
        event = self.line({"event": "boot", "contract": 1, "flash": base64.b64encode(bytes(flash)).decode(), "flash_size": FLASH,
                           "sealing_key": hashlib.sha256(b"sealing key\0" + self.seed).hexdigest(),
                           "host_name": boot["name"] + ".office.example", "user_agent": "worked-device/1",
                           "owners": {"printer": {"services": SERVICES}}})
        self.tell(event)
        self.core.boot(event)

    def random(self, purpose):
        """64 octets that follow from seed and name, other ones each time. The flash tells one power on from the next."""
        self.drawn += 1
        return hashlib.sha512(b"%s\0%s\0%d\0%d" % (purpose, self.seed, self.drawn, self.up_since)).hexdigest()

    def line(self, event):
        self.lines += 1
        return {"n": self.lines, "now_ms": self.clock() // MS, "up_ms": (self.bench.now - self.up_since) // MS, **event}

    def tell(self, event):
        device = self.core.device
        device.set(event)

    def state(self, owner="printer"):
        return self.core.state()[owner]

    # Operations

    def operate(self, event, number=None):
        """An operation as part of an activity, to its outcome."""
        if number is None:
            number, self.next = self.next, self.next + 2
        connections = {}
        event = {**event, "random": self.random(b"operation")}
        try:
            while True:
                event = self.line({**event, "op": number})
                self.tell(event)
                *first, last = contract.step(self.core, event)
                for action in first:
                    yield from self.do(action, connections)
                if last["do"] == "outcome":
                    return last
                try:
                    event = yield from self.wait(last, connections, number)
                except Broken as broken:
                    event = {"event": "failed", "error": broken.kind}
                    if broken.first:
                        event["first"] = encoded(broken.first)
                    if broken.status:
                        event["status"] = broken.status
        finally:
            for connection in connections.values():
                connection.close()

    def do(self, action, connections):
        if action["do"] == "background":
            number = action["op"]
            self.background[number] = None

            def begin():
                if number in self.background:
                    self.background[number] = self.bench.begin(
                        self.operate({"event": "run"}, number), lambda _: self.background.pop(number, None))
            self.bench.timer(self.bench.now, begin)
        elif action["do"] == "cancel":
            activity = self.background.get(action["op"])
            if activity:
                self.bench.interrupt(activity)
        elif action["do"] == "rest":
            self.web.rest()
        elif action["do"] == "close":
            connections.pop(action["conn"]).close()
        elif action["conn"] in connections:  # send
            data = base64.b64decode(action["data"]) if action.get("data") else action["text"].encode()
            connections[action["conn"]].write(data)
            yield from connections[action["conn"]].wrote()

    def wait(self, action, connections, number):
        do = action["do"]
        if do == "store":
            data = base64.b64decode(action["data"])
            end = action["at"] + len(data)
            self.flash.extend(b"\xff" * (end - len(self.flash)))
            self.flash[action["at"]:end] = data
            return {"event": "stored"}
        if do == "wake_at":
            at = self.up_since + action["up_ms"] * MS
            if "polls-too-fast" in self.plants and number % 2:
                at = self.bench.now + (at - self.bench.now) // 2
            if (yield from self.bench.sleep(at)):
                return {"event": "woke"}
            raise Broken("Interrupted")
        limit = action.get("timeout_ms") or (RECEIVE_MS if do == "receive" else STANDARD_MS)
        timer = self.bench.deadline(limit * MS)
        try:
            return (yield from getattr(self, do)(action, connections, timer))
        finally:
            self.bench.drop(timer)

    def dial(self, host, port, timer):
        """Tries the addresses of a name one after the other, each but the last for a few seconds."""
        *others, last = (yield from Asked(self.bench, self.proxy, self.token, "/lookup?name=" + host).answer()) or [host]
        for address in others:
            limit = self.bench.deadline(ADDRESS)
            try:
                return (yield from self.dial_one(address, port, limit))
            except Broken as broken:
                if broken.kind == "Interrupted" or timer not in self.bench.timers:
                    raise
            finally:
                self.bench.drop(limit)
        return (yield from self.dial_one(last, port, timer))

    def dial_one(self, address, port, timer):
        connection = Connection(self.bench, self.proxy, self.token, address, port)
        yield from connection.opened(timer)
        return connection

    def secure(self, connection, host, verify, timer):
        try:
            yield from connection.secure(self.contexts[verify], host, self.clock() // 10**9, timer)
        except Broken:
            connection.close()
            raise

    def dial_secure(self, host, port, verify, timer):
        connection = yield from self.dial(host, port, timer)
        yield from self.secure(connection, host, verify, timer)
        return connection

    def connect(self, action, connections, timer):
        connection = yield from self.dial(action["host"], action["port"], timer)
        if "tls" in action:
            yield from self.secure(connection, action["host"], action["tls"]["verify"], timer)
        number = len(connections) + 1
        connections[number] = connection
        connection.host = action["host"]
        return {"event": "connected", "conn": number}

    def starttls(self, action, connections, timer):
        number = action["conn"]
        name = action["tls"].get("server_name") or connections[number].host
        try:
            yield from self.secure(connections[number], name, action["tls"]["verify"], timer)
        except Broken:
            del connections[number]
            raise
        return {"event": "secured", "conn": number}

    def receive(self, action, connections, timer):
        number = action["conn"]
        connection = connections[number]
        kind = "ConnectionLost"
        try:
            data = yield from connection.read(timer)
        except Broken as broken:
            data, kind = b"", broken.kind
        if data:
            return {"event": "received", "conn": number, "data": base64.b64encode(data).decode()}
        connections.pop(number).close()
        return {"event": "failed", "error": kind, "conn": number, "unsent": connection.unsent}

    def http(self, action, connections, timer):
        url = urllib.parse.urlsplit(action["url"])
        target = url.path + ("?" + url.query if url.query else "")
        status, headers, body = yield from self.web.request(
            action["method"], url.hostname, url.port or 443, target, action["headers"], action["body"].encode(),
            action["keep"], action["tls"]["verify"], timer)
        event = {"event": "http", "status": status, "headers": headers}
        try:
            event["body"] = body.decode()
        except UnicodeDecodeError:
            event["body_b64"] = base64.b64encode(body).decode()
        return event
