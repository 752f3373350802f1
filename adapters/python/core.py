#!/usr/bin/env python3
"""An auth/mail core for mfpsim's core contract, in Python's standard library alone. It can do all that mfpsim's own core can."""

import argparse
import base64
import re
import sys

import contract
import message
from contract import Failed, Invalid
from memory import Memory, Values
from oauth import ENDS_SIGN_IN, Client
from smtp import TEST_MS, Submitter

CAPABILITIES = ["authorization-code", "fax-server", "smtp-auth", "pop-before-smtp", "connection-test"]
MARGIN_MS = 5 * 60_000  # an access token is not used in the last minutes of its life
FACTORY = {"method": "Off", "port": 25, "security": "None", "validate_certificate": True, "pop3_port": 110, "service": "", "account": "",
           "password": "", "sender": "", "server": "", "pop3_server": ""}
METHODS, SECURITIES = ("Off", "SMTP AUTH", "POP before SMTP", "OAuth2"), ("None", "SSL/TLS", "STARTTLS")


class Mailer:
    """The mail of one owner: the printer, the fax server, a user. Each knows nothing of the others."""

    def __init__(self, owner):
        self.owner, self.settings = owner, dict(FACTORY)
        self.stored = self.attempt = self.ended = self.lost = None
        self.unkept = False

    @property
    def user(self):
        return self.owner.startswith("user:")


class Core:
    def __init__(self, store="flash", clock="bench", margin_ms=MARGIN_MS, haste=1):
        self.store, self.clock, self.margin_ms = store, clock, margin_ms
        self.device, self.mailers, self.owners = contract.Device(clock == "real", haste), {}, {}

    def boot(self, event):
        self.configure(event["owners"] if "owners" in event else {})
        self.host_name = event["host_name"]
        self.client = Client(self.device, event["user_agent"])
        key = bytes.fromhex(event["sealing_key"])
        if self.store == "kv":
            self.memory = Values(event.get("entries") or {}, key)
        else:
            self.memory = Memory(base64.b64decode(event["flash"]), key)
        recovered = self.memory.recovered
        for owner, settings in ((self.memory.record or {}).get("settings") or {}).items():
            settings["password"] = self.memory.open(settings["password"], "password\0" + owner)
            if settings["password"] is None:
                settings["password"], recovered = "", "the secrets of the memory were sealed with another key"
            self.mailer(owner).settings = settings
        for owner, stored in ((self.memory.record or {}).get("sign_ins") or {}).items():
            stored["refresh"] = self.memory.open(stored.pop("refresh_token_sealed"), self.place(owner, stored))
            if stored["refresh"] is None:
                recovered = "the secrets of the memory were sealed with another key"
            else:
                self.mailer(owner).stored = {**stored, "access": "", "serial": object()}
        self.mailer("printer")
        return {"contract": 1, "core": "the worked example in Python", "tls": "harness", "dial": "harness", "clock": self.clock,
                "store": self.store, "caps": CAPABILITIES, "recovered": recovered,
                "margins": {"access_token_ms": self.margin_ms, "refresh_token_ms": 0}}

    def configure(self, owners):
        self.owners = owners

    def mailer(self, owner):
        if owner not in self.mailers:
            self.mailers[owner] = Mailer(owner)
        return self.mailers[owner]

    def configured(self, m):
        return self.owners.get("users" if m.user else m.owner, {})

    def service(self, m, name):
        return next((s for s in self.configured(m).get("services") or [] if s["name"] == name), None)

    def barred(self, m, method):
        return method in (self.configured(m).get("barred") or [])

    def begin(self, op, event):
        """The generator of an operation that the device asks for."""
        if event["event"] == "sign_out":
            return self.sign_out(op, [self.mailer(owner) for owner in event["sign_out"]])
        m = self.mailer(event["owner"])
        return {
            "begin_sign_in": lambda: self.begin_sign_in(op, m, event["service"]),
            "open_sign_in_page": lambda: self.open_page(op, m, event["service"]),
            "complete_sign_in": lambda: self.complete(op, m, event["address"]),
            "cancel_sign_in": lambda: self.cancel(op, m, False), "discard": lambda: self.cancel(op, m, True),
            "check": lambda: self.check_only(m, event["settings"]), "save": lambda: self.save(op, m, event["settings"]),
            "connection_test": lambda: self.test(op, m), "send": lambda: self.send(op, m, event["message"]),
        }[event["event"]]()

    # Signing in

    def start(self, op, m, name):
        self.drop(op, m)
        m.ended, service = None, self.service(m, name)
        if service is None or self.barred(m, "OAuth2"):
            m.ended = Failed("MethodBarred" if self.barred(m, "OAuth2") else "NotConfigured", service=name)
            raise m.ended
        m.attempt = {"service": service}
        return m.attempt

    def begin_sign_in(self, op, m, name):
        attempt = self.start(op, m, name)
        try:
            code = yield from self.client.authorize(attempt["service"])
        except Failed as failed:
            raise self.fail(m, attempt, failed)
        if m.attempt is not attempt:
            raise Failed("SignInCancelled", service=name)
        attempt["code"] = code
        attempt["op"] = self.device.background(op, lambda polling: self.wait_for_person(polling, m, attempt))

    def wait_for_person(self, op, m, attempt):
        if m.attempt is not attempt:
            return
        try:
            yield from self.obtain(m, attempt, self.client.poll(attempt["service"], attempt["code"]))
        finally:
            op.queue.append({"do": "rest"})  # the polls went over one connection; no request follows soon

    def open_page(self, op, m, name):
        attempt = self.start(op, m, name)
        try:
            attempt["page"] = self.client.open_page(op, attempt["service"], "consent" if m.owner == "administrator" else "")
        except Failed as failed:
            raise self.fail(m, attempt, failed)
        return
        yield  # a generator, like the others

    def complete(self, op, m, address):
        attempt = m.attempt
        if attempt is None or "page" not in attempt or attempt.get("returned"):
            raise Failed("SignInCancelled")
        code, failed = self.client.page_answer(attempt["service"], attempt["page"], address)
        if code is None and failed is None:  # of another page, or forged: ours stays open
            raise Failed("CloudMalformed", "Cloud", "authorization", service=attempt["service"]["name"])
        attempt["returned"] = True
        if failed:
            raise self.fail(m, attempt, failed)
        yield from self.obtain(m, attempt, self.client.redeem(attempt["service"], attempt["page"], code))

    def obtain(self, m, attempt, tokens):
        try:
            token = yield from tokens
        except Failed as failed:
            raise self.fail(m, attempt, failed)
        name = attempt["service"]["name"]
        if m.attempt is not attempt:
            raise Failed("SignInCancelled", service=name)
        attempt["done"] = {"service": name, "account": token["account"], "refresh": token["refresh"], "serial": object(), **self.access(token)}
        if m.owner == "administrator":  # only his name is of use
            attempt["done"].update(refresh="", access="")

    def access(self, token):
        return {"access": token["access"], "obtained_ms": self.device.now_ms, "expires_ms": self.device.now_ms + token["life_ms"]}

    def fail(self, m, attempt, failed):
        failed.result.setdefault("service", attempt["service"]["name"])
        if m.attempt is not attempt:
            return Failed("SignInCancelled", service=attempt["service"]["name"])
        m.attempt, m.ended = None, failed
        return failed

    def drop(self, op, m):
        attempt, m.attempt = m.attempt, None
        if attempt and "op" in attempt and "done" not in attempt:
            op.queue.append({"do": "cancel", "op": attempt["op"]})

    def cancel(self, op, m, done_too):
        attempt = m.attempt
        if attempt and "done" not in attempt:
            self.drop(op, m)
            m.ended = Failed("SignInCancelled", service=attempt["service"]["name"])
        elif done_too:
            m.attempt = None
        return
        yield

    def sign_out(self, op, mailers):
        gone = {}
        for m in mailers:
            self.drop(op, m)
            m.ended = m.lost = None
            if m.stored:
                gone[m.owner] = (m.settings, None)
        if not gone:
            return
        remains = yield from self.persist(op, gone, True)
        for owner in gone:
            self.mailer(owner).stored = None
        if remains:
            raise remains

    # Settings

    def check_only(self, m, settings):
        self.check(m, self.filled(m, settings))
        return
        yield

    def filled(self, m, line):
        settings = {**FACTORY, "port": 0, "security": "", "validate_certificate": False, "pop3_port": 0, **line}
        if settings.pop("keep_password", False):
            settings["password"] = m.settings["password"]
        return settings

    def save(self, op, m, line):
        done = (m.attempt or {}).get("done")
        if m.owner == "administrator":  # nothing of him is stored
            m.attempt, m.ended = (None if done else m.attempt), None
            return
        settings, kept = self.filled(m, line), m.stored
        takes = done is not None and (m.user or settings["method"] == "OAuth2")
        if takes:
            kept = done
            settings["service"] = done["service"]
        if m.user:
            settings = m.settings
        elif settings["method"] == "OAuth2":
            if kept and kept["service"] != settings["service"]:
                kept = None
            if kept:
                settings["account"] = kept["account"]
                settings["sender"] = settings["sender"] or kept["account"]
            service = self.service(m, settings["service"]) or {}
            for field, source in (("server", "smtp_server"), ("port", "smtp_port"), ("security", "security")):
                settings[field] = settings[field] or service.get(source, settings[field])
        if not m.user:
            self.check(m, settings)
        remains = yield from self.persist(op, {m.owner: (settings, kept)}, kept is not m.stored)
        m.settings, m.stored, m.ended = settings, kept, None
        if takes:
            m.attempt = m.lost = None
        if remains:
            raise remains

    def check(self, m, s):
        wrong = []

        def add(field, problem):
            if problem:
                wrong.append({"field": field, "problem": problem})

        def text(value, limit, pattern):
            return "too long" if len(value.encode()) > limit else "" if re.fullmatch(pattern, value) else "a character that is not allowed"

        def port(value):
            return "" if 1 <= value <= 65535 else "out of range"
        printable, host = r"[\x20-\x7e]*", r"[A-Za-z0-9.\-]*"
        add("Authentication Method", "" if s["method"] in METHODS else "not one of the choices")
        oauth2, pop = s["method"] == "OAuth2", s["method"] == "POP before SMTP"
        add("Email service", "missing" if oauth2 and not s["service"] else text(s["service"], 255, printable))
        add("Authenticated Account", text(s["account"], 255, printable))
        add("Authenticated Password", text(s["password"], 20, printable))
        add("Authenticated Account", "missing" if (pop or s["method"] == "SMTP AUTH") and not s["account"] else "")
        add("Sender's Email Address", text(s["sender"], 255, r"[\x20-\x7e]*") or
            ("a character that is not allowed" if re.search(r"[:()<>\[\];]", s["sender"]) else ""))
        if not s["sender"] and s["server"] and not oauth2:
            add("Sender's Email Address", "missing")
        elif s["sender"].startswith("."):
            add("Sender's Email Address", "a character that is not allowed")
        add("SMTP Server Address", text(s["server"], 255, host))
        add("SMTP Server Address", "missing" if not s["server"] and s["method"] != "Off" else "")
        add("SMTP Server Port Number", port(s["port"]))
        add("Secure Connection", "" if s["security"] in SECURITIES else "not one of the choices")
        add("Secure Connection", "not one of the choices" if oauth2 and s["security"] == "None" or pop and s["security"] != "None" else "")
        add("POP3 Server Address", text(s["pop3_server"], 255, host))
        add("POP3 Server Address", "missing" if pop and not s["pop3_server"] else "")
        add("POP3 Server Port Number", port(s["pop3_port"]) if s["pop3_port"] or pop else "")
        if not wrong and oauth2 and self.service(m, s["service"]) is None:
            add("Email service", "not one of the choices")
        if wrong:
            raise Invalid(wrong)

    # The memory

    @staticmethod
    def place(owner, stored):
        return "refresh token\0%s\0%s\0%s" % (owner, stored["service"], stored["account"])

    def persist(self, op, changes, replace=False):
        """Writes the record with changes: settings and sign-in by owner. Returns a NotErased; any other failure is raised."""
        parts = {owner: (m.settings, m.stored) for owner, m in self.mailers.items()}
        for owner, change in changes.items():
            replace = replace or change[0]["password"] != parts[owner][0]["password"]
        parts.update(changes)

        def make(op):
            record = {"settings": {}, "sign_ins": {}}
            for owner in sorted(parts):
                settings, stored = parts[owner]
                if owner in ("printer", "fax-server"):
                    password = self.memory.seal(op, settings["password"], "password\0" + owner)
                    record["settings"][owner] = {**settings, "password": password}
                if stored:
                    sealed = self.memory.seal(op, stored["refresh"], self.place(owner, stored))
                    record["sign_ins"][owner] = {"service": stored["service"], "account": stored["account"], "refresh_token_sealed": sealed}
            return record
        remains = None
        try:
            yield from self.memory.save(op, make, replace)
        except Failed as failed:
            if failed.kind != "NotErased":
                raise
            remains = failed
        for m in self.mailers.values():
            m.unkept = False
        return remains

    # Sending

    def in_use(self, m):
        """The settings that an owner's messages are sent with: a user has the printer's, as himself."""
        if not m.user:
            return m.settings
        printer = self.mailer("printer").settings
        if printer["method"] != "OAuth2":
            return dict(FACTORY)
        own = {"account": "", "sender": "", "password": ""}
        if m.stored:
            own = {"service": m.stored["service"], "account": m.stored["account"], "sender": m.stored["account"], "password": ""}
        return {**printer, **own}

    def ready(self, m):
        settings, waits = self.in_use(m), bool((m.attempt or {}).get("done"))
        kind = ""
        if settings["method"] == "OAuth2" and not m.stored:
            kind = "SignInWaiting" if waits else "NoSignIn"
        elif settings["method"] == "Off":
            kind = "SignInWaiting" if waits else "" if settings["server"] else "NotConfigured"
        if self.barred(m, settings["method"]):
            kind = "MethodBarred"
        return Failed(kind, service=settings["service"] if settings["method"] == "OAuth2" else "") if kind else None

    def send(self, op, m, mail):
        sender = mail.get("from") or self.in_use(m)["sender"]
        refusal = self.ready(m)
        if refusal:
            raise refusal
        message.check(mail, sender)

        def work(settings, who):
            identifier, data = message.compose(op, self.device, mail, sender, self.host_name)
            result = yield from Submitter(op, settings, self.host_name).submit(who, sender, mail["to"], data)
            return {"message_id": identifier, **result}
        return (yield from self.use(op, m, work))

    def test(self, op, m):
        refusal = self.ready(m)
        if refusal:
            raise refusal

        def work(settings, who):
            if not message.is_address(settings["sender"]):
                raise Failed("SenderRefused")
            yield from Submitter(op, settings, self.host_name, TEST_MS).test(who)
        yield from self.use(op, m, work)

    def use(self, op, m, work):
        settings = self.in_use(m)
        if settings["method"] != "OAuth2":
            return (yield from work(settings, (settings["account"], settings["password"])))
        try:
            stored = yield from self.authorized(op, m)
            try:
                return (yield from work(settings, (stored["account"], stored["access"])))
            except Failed as failed:
                if failed.kind == "AuthenticationRefused" and m.stored and m.stored["access"] == stored["access"]:
                    m.stored = {**m.stored, "access": ""}  # the next message gets another one
                raise
        except Failed as failed:
            failed.result.setdefault("service", settings["service"])
            raise

    def authorized(self, op, m):
        """The stored sign-in with an access token that is good for now."""
        for _ in range(3):  # another message may have used up the refresh token meanwhile
            stored = m.stored
            if stored is None:
                raise Failed("NoSignIn")
            if m.unkept:
                yield from self.persist(op, {m.owner: (m.settings, stored)})
            now = self.device.now_ms
            if stored["access"] and stored["obtained_ms"] <= now and now + self.margin_ms < stored["expires_ms"]:
                return stored
            renewed = yield from self.refresh(op, m, stored)
            if renewed:
                return renewed
        raise Failed("Interrupted")

    def refresh(self, op, m, stored):
        service = self.service(m, stored["service"])
        if service is None:
            raise Failed("NotConfigured")
        try:
            if not stored["refresh"]:
                raise Failed("SignInExpired", "Cloud", "refresh")
            token = yield from self.client.refresh(service, stored["refresh"])
        except Failed as failed:
            if failed.kind not in ENDS_SIGN_IN or m.stored is None:
                raise
            if m.stored["refresh"] != stored["refresh"]:
                return None
            try:
                yield from self.persist(op, {m.owner: (m.settings, None)}, True)
            except Failed:
                pass  # it is back after power off, and is refused again
            failed.result["service"] = stored["service"]
            m.stored, m.lost = None, failed
            raise
        renewed = {**stored, **self.access(token), "refresh": token["refresh"] or stored["refresh"]}
        if m.stored is None or m.stored["serial"] is not stored["serial"]:
            return renewed  # signed out or in anew meanwhile: this token is for this message only
        if m.stored["refresh"] == stored["refresh"] != renewed["refresh"]:
            try:
                yield from self.persist(op, {m.owner: (m.settings, renewed)})  # before it is used
            except Failed:
                m.stored, m.unkept = renewed, True
                raise
        elif m.stored["refresh"] != stored["refresh"]:
            renewed["refresh"] = m.stored["refresh"]  # another message was faster
        m.stored = renewed
        return renewed

    # What is shown

    def state(self):
        shown = {owner: self.state_of(m) for owner, m in self.mailers.items()}
        shown["users"] = self.state_of(Mailer("user:"))
        return shown

    def state_of(self, m):
        s, attempt = {"phase": "SignedOut"}, m.attempt or {}
        if m.stored:
            account = m.stored["account"]
            s = {"phase": "Stored", "stored": True, "service": m.stored["service"], "account": account, "stored_account": account}
        if "done" in attempt:
            s.update(phase="AwaitingOK", service=attempt["done"]["service"], account=attempt["done"]["account"])
        elif "code" in attempt:
            code = attempt["code"]
            s.update(phase="AwaitingUser", service=attempt["service"]["name"], account="", user_code=code["user_code"],
                     verification_uri=code["uri"], code_expires_ms=code["expires_ms"])
        elif "page" in attempt:
            page = "" if attempt.get("returned") else attempt["page"]["address"]
            s.update(phase="AwaitingUser", service=attempt["service"]["name"], account="", sign_in_page=page)
        for name, failed in (("ended", m.ended), ("lost", m.lost), ("ready", self.ready(m))):
            if failed:
                s[name] = failed.result
        if m.owner in ("printer", "fax-server"):
            settings = dict(m.settings)
            s["settings"] = {**settings, "password": "", "password_set": bool(settings["password"])}
        return s


if __name__ == "__main__":
    flags = argparse.ArgumentParser()
    flags.add_argument("--store", choices=["flash", "kv"], default="flash", help="what the memory is")
    flags.add_argument("--clock", choices=["bench", "real"], default="bench", help="real: it sleeps itself")
    flags.add_argument("--margin", type=int, default=MARGIN_MS // 1000, metavar="SECONDS",
                       help="how long before its end an access token is not used any more: less, in a build for tests")
    flags.add_argument("--plant", choices=["polls-too-fast"], help="a bug")
    given = flags.parse_args()
    contract.serve(Core(given.store, given.clock, given.margin * 1000, 0.4 if given.plant else 1))
