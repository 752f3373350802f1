"""Submission (RFC 6409): the conversation, what replies mean, POP before SMTP, and what a connection test advises."""

import base64
import re

from contract import Failed

CONNECT_MS, COMMAND_MS, DATA_MS, QUIT_MS, TEST_MS = 60_000, 300_000, 600_000, 10_000, 60_000
KEPT_LINE, LONGEST_LINE, LONGEST_TALK = 1500, 64 << 10, 256 << 10


class Reply(Exception):
    """A negative reply."""

    def __init__(self, code, text):
        super().__init__(code)
        self.code = code
        found = re.match(r"([245]\.\d{1,3}\.\d{1,3}) ?", text)
        self.enhanced = found[1] if found else ""
        self.text = text[found.end():] if found else text


class Connection:
    """A connection of an operation, read by lines."""

    def __init__(self, op, number, host):
        self.op, self.number, self.host, self.buffer, self.talk, self.unsent = op, number, host, b"", 0, False
        self.greeted, self.last_code = False, ""

    def say(self, data):
        self.talk = 0
        data = data if isinstance(data, bytes) else data.encode()
        self.op.queue.append({"do": "send", "conn": self.number, "data": base64.b64encode(data).decode(), "timeout_ms": DATA_MS})

    def line(self, timeout_ms, stage):
        while b"\n" not in self.buffer:
            event = yield {"do": "receive", "conn": self.number, "timeout_ms": timeout_ms}
            if event["event"] == "failed":
                self.unsent = event.get("unsent", False)
                raise Failed(event["error"], "MailServer", stage)
            data = base64.b64decode(event["data"])
            self.buffer, self.talk = self.buffer + data, self.talk + len(data)
            if self.talk > LONGEST_TALK or len(self.buffer.rpartition(b"\n")[2]) > LONGEST_LINE:
                raise Failed("ServerMalformed", "MailServer", stage)
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r")[:KEPT_LINE].decode("utf-8", "replace")

    def reply(self, timeout_ms, stage, *expected):
        """The lines of a reply whose code begins with one of expected; any other is a Reply."""
        lines, code = [], ""
        while True:
            line = yield from self.line(timeout_ms, stage)
            if not re.match(r"\d{3}([ -]|$)", line) or code and line[:3] != code:
                raise Failed("ServerMalformed", "MailServer", stage)
            code = line[:3]
            lines.append(line[4:])
            if line[3:4] != "-":
                break
        self.last_code = code
        if not code.startswith(tuple(expected)):
            if not 400 <= int(code) <= 599:
                raise Failed("ServerMalformed", "MailServer", stage, smtp_code=int(code))
            raise Reply(int(code), "\n".join(lines))
        return lines

    def command(self, text, timeout_ms, stage, *expected):
        self.say(text + "\r\n")
        return (yield from self.reply(timeout_ms, stage, *expected))

    def secure(self, verify):
        event = yield {"do": "starttls", "conn": self.number, "timeout_ms": CONNECT_MS,
                       "tls": {"server_name": self.host, "verify": verify, "min_version": "1.2"}}
        if event["event"] == "failed":
            return event
        return None


def classify(stage, reply):
    code, enhanced = reply.code, reply.enhanced
    if code == 451 and enhanced == "5.7.3":
        return "STARTTLSRequired"
    if stage == "STARTTLS":
        return "NoSTARTTLS"
    if code == 421:
        return "ServerBusy"
    if stage == "AUTH":
        return "ServerBusy" if code < 500 and code != 454 else "AuthenticationRefused"
    if code in (530, 535):
        return "AuthenticationRefused"
    if code == 452 and enhanced == "4.5.3":
        return "RecipientRefused"
    if code < 500 or code == 550 and re.fullmatch(r"5\.2\.25[1-5]", enhanced):
        return "ServerBusy"
    if enhanced in ("5.2.252", "5.7.60") or "SendAsDenied" in reply.text:
        return "SenderRefused"
    if enhanced in ("5.3.4", "5.2.3") or "MapiExceptionMaxSubmissionExceeded" in reply.text or code == 552 and enhanced != "5.2.2":
        return "TooLarge"
    return {"MAIL FROM": "SenderRefused", "RCPT TO": "RecipientRefused"}.get(stage, "MessageRefused")


def refusal(stage, reply):
    return Failed(classify(stage, reply), "MailServer", stage, smtp_code=reply.code, enhanced=reply.enhanced)


def keywords(lines):
    """The extensions of an answer to EHLO, with their parameters."""
    return {words[0].upper(): words[1:] for words in (line.split() for line in lines[1:]) if words}


class Submitter:
    def __init__(self, op, settings, host_name, command_ms=COMMAND_MS):
        self.op, self.settings, self.host_name, self.command_ms = op, settings, host_name, command_ms

    def dial(self, host, port, stage="connect"):
        event = yield {"do": "connect", "host": host, "port": port, "timeout_ms": CONNECT_MS}
        if event["event"] == "failed":
            raise Failed(event["error"], "MailServer", stage)
        return Connection(self.op, event["conn"], host)

    def close(self, conn):
        self.op.queue.append({"do": "close", "conn": conn.number})

    def run(self, who, work):
        """Connects, logs in, does the work and says goodbye."""
        s = self.settings
        if s["method"] == "OAuth2" and s["security"] == "None":
            raise Failed("NoSTARTTLS", stage="connect")  # no bearer token without TLS (RFC 6750 section 5.3)
        if s["method"] == "POP before SMTP":
            yield from self.pop()
        conn = yield from self.dial(s["server"], s["port"])
        lost, stage = None, ["greeting"]
        try:
            try:
                extensions = yield from self.greet(conn, stage)
                yield from self.log_in(conn, extensions, who, stage)
                result = yield from work(conn, extensions, stage)
            except Reply as reply:
                raise refusal(stage[0], reply) from None
        except Failed as failed:
            lost = failed
        code = lost.result.get("smtp_code", 0) if lost else 0
        if conn.greeted and (lost is None or code and code != 421 or lost.result["side"] == "Device"):
            yield from self.quit(conn)
        elif lost is not None and lost.result.pop("leave", False):
            yield from self.quit(conn)
        if lost:
            raise lost
        return result

    def quit(self, conn):
        try:
            yield from conn.command("QUIT", QUIT_MS, "", "2", "3", "4", "5")
        except (Reply, Failed):
            return  # the message is delivered or refused already
        self.close(conn)

    def greet(self, conn, stage):
        """From the greeting to the extensions that count. A client that is secured by STARTTLS greets again."""
        security = self.settings["security"]
        if security == "SSL/TLS":
            yield from self.handshake(conn)
        stage[0] = "greeting" if security == "STARTTLS" else "EHLO"
        yield from conn.reply(self.command_ms, stage[0], "220")
        if security == "STARTTLS":
            stage[0] = "EHLO"
            try:
                lines = yield from conn.command("EHLO " + self.host_name, self.command_ms, "EHLO", "250")
            except Reply as reply:
                if reply.code not in (500, 502):  # no ESMTP, hence no STARTTLS
                    raise
                raise Failed("NoSTARTTLS", "MailServer", "EHLO", smtp_code=reply.code, leave=True) from None
            stage[0] = "STARTTLS"
            if "STARTTLS" not in keywords(lines):
                raise Failed("NoSTARTTLS", "MailServer", "STARTTLS", leave=True)
            yield from conn.command("STARTTLS", self.command_ms, "STARTTLS", "220")
            if conn.buffer:
                raise Failed("ServerMalformed", "MailServer", "STARTTLS")  # text after its 220: somebody is in between
            yield from self.handshake(conn)
        stage[0] = "EHLO"
        try:
            lines = yield from conn.command("EHLO " + self.host_name, self.command_ms, "EHLO", "250")
        except Reply as reply:
            if reply.code not in (500, 502):
                raise
            lines = yield from conn.command("HELO " + self.host_name, self.command_ms, "EHLO", "250")
        conn.greeted = True
        return keywords(lines)

    def handshake(self, conn):
        failed = yield from conn.secure(self.settings["validate_certificate"])
        if failed:
            spoke_first = base64.b64decode(failed.get("first", ""))[:3] == b"220"
            kind = failed["error"]
            if kind == "SecureConnection" and self.settings["security"] == "SSL/TLS" and spoke_first:
                kind = "STARTTLSRequired"
            raise Failed(kind, "MailServer", "connect")

    def log_in(self, conn, extensions, who, stage):
        method, offered = self.settings["method"], [m.upper() for m in extensions.get("AUTH", [])]
        stage[0] = "AUTH"

        def b64(text):
            return base64.b64encode(text.encode()).decode()
        if method == "OAuth2" and "XOAUTH2" in offered:
            answers = ["user=%s\x01auth=Bearer %s\x01\x01" % who, ""]
            yield from self.sasl(conn, "AUTH XOAUTH2", answers)
        elif method == "SMTP AUTH" and "PLAIN" in offered:
            yield from self.sasl(conn, "AUTH PLAIN " + b64("\0%s\0%s" % who), [])
        elif method == "SMTP AUTH" and "LOGIN" in offered:
            yield from self.sasl(conn, "AUTH LOGIN", list(who))
        elif method in ("OAuth2", "SMTP AUTH"):
            advice = "POP before SMTP" if "AUTH" not in extensions else "SMTP AUTH" if method == "OAuth2" else ""
            raise Failed("AuthenticationUnsupported", stage="AUTH", advice=advice)

    def sasl(self, conn, command, answers):
        conn.say(command + "\r\n")
        while True:
            lines = yield from conn.reply(self.command_ms, "AUTH", "235", "334")
            if not lines or conn.last_code != "334":
                return
            try:
                base64.b64decode(lines[-1], validate=True)
            except ValueError:
                raise Failed("ServerMalformed", "MailServer", "AUTH") from None
            if not answers:
                raise Failed("ServerMalformed", "MailServer", "AUTH")  # one challenge too many
            conn.say(base64.b64encode(answers.pop(0).encode()).decode() + "\r\n")

    def test(self, who):
        def work(conn, extensions, stage):
            stage[0] = "MAIL FROM"
            yield from conn.command("MAIL FROM:<%s>" % self.settings["sender"], self.command_ms, "MAIL FROM", "250")
        try:
            yield from self.run(who, work)
        except Failed as failed:
            yield from self.advise(failed)
            raise

    def submit(self, who, sender, recipients, message):
        def work(conn, extensions, stage):
            limit = extensions.get("SIZE", ["0"])
            if limit and limit[0].isdigit() and 0 < int(limit[0]) < len(message):
                raise Failed("TooLarge", stage="MAIL FROM")
            stage[0] = "MAIL FROM"
            said = " BODY=8BITMIME" if "8BITMIME" in extensions else ""
            said += " SIZE=%d" % len(message) if "SIZE" in extensions else ""
            yield from conn.command("MAIL FROM:<%s>%s" % (sender, said), self.command_ms, "MAIL FROM", "250")
            stage[0] = "RCPT TO"
            refused, first = [], None
            for to in recipients:
                try:
                    yield from conn.command("RCPT TO:<%s>" % to, self.command_ms, "RCPT TO", "25")
                except Reply as reply:
                    if reply.code == 421:
                        raise
                    refused.append({"address": to, "smtp_code": reply.code, "enhanced": reply.enhanced})
                    first = first or refusal("RCPT TO", reply)
            if len(refused) == len(recipients):
                first.result["refused"] = refused
                raise first
            stage[0] = "DATA"
            yield from conn.command("DATA", self.command_ms, "DATA", "354")
            dotted = b"." + message if message.startswith(b".") else message
            data = dotted.replace(b"\r\n.", b"\r\n..") + b".\r\n"
            for at in range(0, len(data), 4 << 20):
                conn.say(data[at:at + (4 << 20)])
            try:
                lines = yield from conn.reply(DATA_MS, "DATA", "250")
            except Failed as failed:
                if not conn.unsent:  # the whole message has gone: it may be delivered
                    failed.kind = "DeliveryUnknown"
                    if refused:
                        failed.result["refused"] = refused
                raise
            words = re.sub(r"[^\x20-\x7e]", " ", re.sub(r"^\d\.\d+\.\d+ ", "", "\n".join(lines)))[:512]
            return {"refused": refused, "response": words, "message_size": len(message)}
        return (yield from self.run(who, work))

    def pop(self):
        s = self.settings
        conn = yield from self.dial(s["pop3_server"], s["pop3_port"], "POP3")
        for command in ("", "USER " + s["account"], "PASS " + s["password"], "QUIT"):
            if command:
                conn.say(command + "\r\n")
            try:
                line = yield from conn.line(QUIT_MS if command == "QUIT" else self.command_ms, "POP3")
            except Failed:
                if command == "QUIT":
                    return
                raise
            if command != "QUIT" and line.startswith("-ERR"):
                raise Failed("AuthenticationRefused" if command else "ServerBusy", "MailServer", "POP3")
            if command != "QUIT" and not line.startswith("+OK"):
                raise Failed("ServerMalformed", "MailServer", "POP3")
        self.close(conn)

    def advise(self, failed):
        """Finds out what the server would want to be set, by asking it once more without anything secret."""
        s, kind, stage = self.settings, failed.kind, failed.result["stage"]
        advice, token = "", s["method"] == "OAuth2"
        if stage == "POP3" or failed.result.get("advice"):
            return
        if kind == "NoSTARTTLS" and s["security"] == "STARTTLS" and not token:
            advice = "None"
        elif kind == "STARTTLSRequired":
            advice = "STARTTLS"
            if s["security"] == "SSL/TLS" and not token and not (yield from self.offers_starttls()):
                advice = "None"
        elif kind in ("TimedOut", "ConnectionLost") and s["security"] != "SSL/TLS" and stage in ("greeting", "EHLO"):
            try:
                conn = yield from self.dial(s["server"], s["port"])
                advice = "" if (yield from conn.secure(False)) else "SSL/TLS"
                if advice:
                    self.close(conn)
            except Failed:
                pass
        elif kind == "AuthenticationRefused" and s["method"] in ("Off", "POP before SMTP") and stage == "MAIL FROM":
            advice = "SMTP AUTH"
        if advice:
            failed.result["advice"] = advice

    def offers_starttls(self):
        try:
            conn = yield from self.dial(self.settings["server"], self.settings["port"])
            yield from conn.reply(self.command_ms, "EHLO", "220")
            lines = yield from conn.command("EHLO " + self.host_name, self.command_ms, "EHLO", "250")
            yield from self.quit(conn)
            return "STARTTLS" in keywords(lines)
        except (Failed, Reply):
            return False
