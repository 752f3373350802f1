"""The way to the clouds: connections through the bench's proxy, TLS over them, HTTP over that. What waits is part of an activity."""

import asyncio
import base64
import json
import ssl

NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME: the date is the device's, see check_date
LARGEST_BODY = 1 << 20
SECOND = 10**9


class Broken(Exception):
    """Why the network did not do something: a kind of outcome."""

    def __init__(self, kind, first=b"", status=0):
        super().__init__(kind)
        self.kind, self.first, self.status = kind, first, status


class Proxied(asyncio.Protocol):
    """What goes to the bench's proxy."""

    async def connect(self):
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, *self.proxy)
        except OSError:
            self.connection_lost(None)

    def credentials(self):
        return "Proxy-Authorization: Bearer %s\r\n" % self.token if self.token else ""


class Asked(Proxied):
    """One request at the proxy itself, for which the device does not rest: nobody of the bench is asked."""

    received, written, closed = 0, 0, False

    def __init__(self, bench, proxy, token, path):
        self.bench, self.proxy, self.token, self.path, self.data, self.ended = bench, proxy, token, path, b"", False
        self.task = asyncio.get_running_loop().create_task(self.connect())

    def connection_made(self, transport):
        transport.write(("GET %s HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n%s\r\n" % (self.path, self.credentials())).encode())

    def data_received(self, data):
        self.data += data

    def connection_lost(self, _):
        self.ended = True
        self.bench.came(self)

    def answer(self):
        """The JSON of the answer; None: it is another status than 200."""
        while not self.ended:
            yield self
        head, _, body = self.data.partition(b"\r\n\r\n")
        return json.loads(body) if head.startswith(b"HTTP/1.1 200") else None


class Connection(Proxied):
    """One connection through the proxy. Octets are counted from after the answer to CONNECT."""

    def __init__(self, bench, proxy, token, host, port):
        self.bench, self.proxy, self.token, self.target = bench, proxy, token, ("[%s]:%d" if ":" in host else "%s:%d") % (host, port)
        self.name = str(len(bench.connections) + 1)
        bench.connections[self.name] = self
        self.head, self.raw, self.clear, self.tls = b"", b"", b"", None
        self.received, self.written, self.heard = -1, 0, 0
        self.ended = self.closed = False
        self.refused, self.transport, self.unsent, self.first, self.confirms = "", None, False, b"", False
        self.task = asyncio.get_running_loop().create_task(self.connect())

    def connection_made(self, transport):
        self.transport = transport
        transport.write(("CONNECT %s HTTP/1.1\r\nHost: %s\r\nConnection-Name: %s\r\n%s\r\n" % (
            self.target, self.target, self.name, self.credentials())).encode())

    def data_received(self, data):
        if self.received < 0:
            self.head += data
            head, end, data = self.head.partition(b"\r\n\r\n")
            if not end:
                return
            status = head.split(b"\r\n")[0].decode().split(" ", 2)
            self.confirms = b"\r\nconfirm-writes: 1" in head.lower()
            self.received = 0
            if status[1] != "200":
                self.refused = status[2] if len(status) > 2 else "refused"
        self.received += len(data)
        if not self.closed:
            self.raw += data
            self.first = self.first or data[:5]
        self.bench.came(self)

    def eof_received(self):
        return False  # close: nothing is written after the other side has ended

    def connection_lost(self, _):
        self.ended = True
        self.bench.closing.discard(self)
        self.bench.connections.pop(self.name, None)
        self.bench.connections["ended " + self.name] = self  # names are not used again
        self.bench.came(self)

    def close(self):
        """Ends our side; the bench goes on when it has ended the other."""
        if self.closed or self.ended:
            return
        if self.tls:
            try:
                self.tls.unwrap()
            except ssl.SSLError:
                pass  # a farewell that is not answered
            self.flush()
        self.closed = True
        if self.transport is None:
            self.task.cancel()
            self.ended = True
            return
        self.bench.closing.add(self)
        if self.received < 0:  # CONNECT is not answered: there is no other side yet
            self.transport.abort()
            return
        try:
            self.transport.write_eof()
        except OSError:  # the other side has ended in this moment
            self.transport.abort()

    # What an activity waits for, with a timer as its limit

    def more(self, timer):
        """Waits until something has come."""
        while not self.raw:
            if self.ended:
                raise Broken("ConnectionLost")
            what = yield self
            if what != "data":
                raise Broken("TimedOut" if what == "time" else "Interrupted")

    def opened(self, timer):
        while self.received < 0:
            if self.ended:
                raise Broken("ConnectionLost")
            what = yield self
            if what != "data":
                self.close()
                raise Broken("TimedOut" if what == "time" else "Interrupted")
        if self.refused:
            self.close()
            raise Broken("NameNotResolved" if self.refused == "no-name" else "Unreachable")

    def secure(self, context, name, now, timer):
        """The handshake. now is the device's date in seconds: the certificate must hold by it, not by the machine's."""
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name)
        self.first = self.raw[:5]
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.flush()
            except ssl.SSLCertVerificationError as failed:
                self.flush()
                self.tls = None
                raise Broken("CertificateName" if failed.verify_code == 62 else "CertificateUntrusted") from None
            except ssl.SSLError:
                self.tls = None
                raise Broken("SecureConnection", self.first) from None
            try:
                yield from self.more(timer)
            except Broken:
                self.tls = None
                raise
            self.incoming.write(self.raw)
            self.raw = b""
        self.flush()
        certificate = self.tls.getpeercert()
        if certificate and context.verify_mode != ssl.CERT_NONE:
            check_date(certificate, now)

    def flush(self):
        data = self.outgoing.read()
        if data:
            self.put(data)

    def put(self, data):
        if self.ended or self.closed or self.transport is None or self.transport.is_closing():
            self.unsent = True
            return
        self.written += len(data)
        self.transport.write(data)

    def write(self, data):
        if self.tls:
            self.tls.write(data)
            self.flush()
        else:
            self.put(data)

    def lost(self):
        """Asks the bench whether the connection is at its end, which the socket may show later."""
        if self.ended:
            return True
        path = "/written?connection=%s&octets=%d" % (self.name, self.written)
        told = yield from Asked(self.bench, self.proxy, self.token, path).answer()
        return told is None or told["ended"]

    def wrote(self):
        """After a write on a connection that is going to break: whether it has."""
        if self.confirms and not self.unsent:
            self.unsent = yield from self.lost()

    def read(self, timer):
        """The next octets, in clear; empty at the end."""
        while True:
            if self.clear:
                data, self.clear = self.clear, b""
                return data
            if self.tls:
                try:
                    data = self.tls.read(1 << 16)
                    return data
                except ssl.SSLWantReadError:
                    pass
                except ssl.SSLError:  # a farewell, or a broken record
                    return b""
            elif self.raw:
                data, self.raw = self.raw, b""
                return data
            try:
                yield from self.more(timer)
            except Broken as broken:
                if broken.kind == "ConnectionLost":
                    return b""
                raise
            if self.tls:
                self.incoming.write(self.raw)
                self.raw = b""


def check_date(certificate, now):
    if not (ssl.cert_time_to_seconds(certificate["notBefore"]) <= now <= ssl.cert_time_to_seconds(certificate["notAfter"])):
        raise Broken("CertificateDate")


def trust(roots, verify=True):
    """A context that trusts these roots alone. OpenSSL would check dates by the machine's clock, so it is told not to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    context.load_verify_locations(cadata="".join(roots))
    context.verify_flags |= NO_CHECK_TIME
    return context


class Web:
    """HTTP/1.1 over TLS. A connection is kept where the caller wants it, as the provider is asked every few seconds."""

    def __init__(self, dial):
        self.dial, self.kept = dial, {}

    def rest(self):
        for connection in self.kept.values():
            connection.close()
        self.kept = {}

    def request(self, method, host, port, target, headers, body, keep, verify, timer):
        connection = self.kept.pop((host, port), None)
        if connection is None or connection.raw or (yield from connection.lost()):
            if connection:
                connection.close()
            connection = yield from self.dial(host, port, verify, timer)
        fields = {"Host": host, **headers, "Content-Length": str(len(body))}
        if not keep:
            fields["Connection"] = "close"
        head = "%s %s HTTP/1.1\r\n" % (method, target) + "".join("%s: %s\r\n" % field for field in fields.items()) + "\r\n"
        connection.write(head.encode() + body)
        yield from connection.wrote()
        try:
            status, headers, body, whole = yield from self.response(connection, timer)
        except Broken:
            connection.close()
            raise
        if keep and whole and "close" not in headers.get("connection", "").lower():
            self.kept[(host, port)] = connection
        else:
            connection.close()
        return status, headers, body

    def response(self, connection, timer):
        head = b""
        while b"\r\n\r\n" not in head:
            data = yield from connection.read(timer)
            head += data
            if head and not b"HTTP/1.".startswith(head[:7]) or len(head) > 1 << 16:
                raise Broken("CloudMalformed")
            if not data:
                raise Broken("ConnectionLost")
        head, _, rest = head.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status, headers = lines[0].split(" ")[1], {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or name != name.strip():
                raise Broken("CloudMalformed")
            name, value = name.lower(), value.strip()
            headers[name] = headers[name] + ", " + value if name in headers else value
        if not status.isdigit() or len(status) != 3:
            raise Broken("CloudMalformed")
        status = int(status)
        if 100 <= status < 200:
            connection.clear = rest
            return (yield from self.response(connection, timer))
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return status, headers, (yield from self.chunked(connection, rest, status, timer)), True
        length = headers.get("content-length")
        if length is not None and not length.isdigit():
            raise Broken("CloudMalformed")
        body = rest
        while length is None or len(body) < int(length):
            data = yield from connection.read(timer)
            if not data and length is None:
                return status, headers, body, False
            if not data:
                raise Broken("ConnectionLost", status=status)
            body += data
            if len(body) > LARGEST_BODY:
                raise Broken("CloudMalformed", status=status)
        return status, headers, body[:int(length)], True

    @staticmethod
    def chunked(connection, rest, status, timer):
        body, at = b"", rest

        def line():
            nonlocal at
            while b"\r\n" not in at:
                data = yield from connection.read(timer)
                if not data:
                    raise Broken("ConnectionLost", status=status)
                at += data
            found, _, at = at.partition(b"\r\n")
            return found
        while True:
            size = (yield from line()).split(b";")[0].strip()
            try:
                count = int(size, 16)
            except ValueError:
                raise Broken("CloudMalformed", status=status) from None
            if count == 0:
                while (yield from line()):
                    pass
                return body
            while len(at) < count + 2:
                data = yield from connection.read(timer)
                if not data:
                    raise Broken("ConnectionLost", status=status)
                at += data
            body, at = body + at[:count], at[count + 2:]
            if len(body) > LARGEST_BODY:
                raise Broken("CloudMalformed", status=status)


def encoded(first):
    return base64.b64encode(first).decode()
