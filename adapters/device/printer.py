"""The printer around the core: what a person can do to it, its jobs, its power, its web page. It has no panel."""

import base64
import datetime
import hashlib
import hmac
import http.cookies
import urllib.parse

import page
from mailcore import MS, SERVICES, MailCore
from rest import EPOCH, nanoseconds, rfc3339
from wire import Broken, Connection
from words import ADVICE, CODES, MESSAGES, OUTCOMES

CAPABILITIES = ["clock", "power", "date", "web-config", "scan", "job-history"]
DAY, SECOND = 86400 * 10**9, 10**9
SESSION_LIFE, LOCKOUT, TRIES = 20 * 60 * SECOND, 5 * 60 * SECOND, 5
INVALID = {"missing": "invalid-required", "too long": "invalid-too-long", "a character that is not allowed": "invalid-characters",
           "out of range": "invalid-number", "not one of the choices": "invalid-choice"}


class Refused(Exception):
    """An error of the protocol."""

    def __init__(self, kind, **more):
        super().__init__(kind)
        self.error = {"kind": kind, **more}


class Printer:
    def __init__(self, bench, boot, plants):
        self.bench, self.boot, self.plants = bench, boot, plants
        self.offset, self.drift, self.drift_since = 0, 0, bench.now  # of the device's own clock
        self.flash, self.jobs, self.tries, self.locked_until = bytearray(), [], 0, 0
        self.core, self.sessions, self.queue, self.sending, self.drawn = None, {}, [], False, 0
        self.testing, self.form = False, ""
        self.switch_on()

    def describe(self):
        return {"name": self.boot["name"], "model": "Worked Device", "serial": "W1", "firmware": "1.0", "address": self.boot["address"],
                "language": "en", "languages": ["en"], "capabilities": CAPABILITIES}

    def clock(self):
        """What the device's own clock shows, in nanoseconds since 1970."""
        return self.bench.now + self.offset + self.drift * (self.bench.now - self.drift_since) // DAY

    def token(self):
        self.drawn += 1
        text = "%s\0%s\0token %d" % (self.boot["seed"], self.boot["name"], self.drawn)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    # What a person does

    def act(self, call, method, args):
        """Does an act. Its end, now or later, is told to the bench by its call."""
        def ended(outcome):
            value, error = outcome
            self.bench.ended(call, {"error": error} if error else {"value": value} if value is not None else {})
        try:
            do = self.METHODS.get(method)
            if do is None:
                raise Refused("not-supported")
            if self.core is None and method not in ("describe", "now", "words", "power", "jobs", "administratorPassword"):
                raise Refused("off")
            value = do(self, **args) if method not in ("page", "reach") else do(self, args)
        except Refused as refused:
            return ended((None, refused.error))
        if not hasattr(value, "send"):
            return ended((value, None))
        self.bench.begin(value, lambda result: ended((result or {"aborted": True}, None)))

    def look(self, method):
        looks = {"describe": self.describe, "now": lambda: rfc3339(self.clock()), "words": self.words, "jobs": self.list_jobs,
                 "administratorPassword": lambda: self.boot["administratorPassword"]}
        return {"value": looks[method]()} if method in looks else {"error": {"kind": "not-supported"}}

    def words(self, language="en"):
        if language != "en":
            raise Refused("choice", what="language", wanted=language, present=["en"])
        return {"language": "en", "messages": MESSAGES, "labels": {}}

    def set_language(self, language):
        if language != "en":
            raise Refused("choice", what="language", wanted=language, present=["en"])

    def set_date(self, date):
        self.offset, self.drift, self.drift_since = nanoseconds(date) - self.bench.now, 0, self.bench.now

    def set_drift(self, nanoseconds):
        self.offset, self.drift, self.drift_since = self.clock() - self.bench.now, nanoseconds, self.bench.now

    def power(self, state, atWrite=0, atByte=None):
        if atWrite:
            raise Refused("not-supported")
        if state == "on" and self.core is None:
            self.switch_on()
            self.bench.notes.append({"power": True})
        elif state != "on" and self.core is not None:
            self.core, self.sessions, self.queue, self.sending, self.testing = None, {}, [], False, False
            self.bench.stop()
            self.bench.notes.append({"power": False})

    def switch_on(self):
        self.core = MailCore(self.bench, self.clock, self.flash, self.boot, self.plants)
        for job in self.jobs:
            if job["state"] == "running":
                self.end(job, "failed", "001")

    def reach(self, args):
        """Connects to hosts, so that the bench can say what is wrong with our way to them before the first case."""
        arrivals = []
        for host in args["hosts"]:
            stage, text = "reached", ""
            timer = self.bench.deadline(60 * SECOND)
            connection = Connection(self.bench, self.core.proxy, self.core.token, host["name"], int(host["port"]))
            try:
                yield from connection.opened(timer)
                if host["tls"]:
                    yield from connection.secure(self.core.contexts[True], host["name"], self.clock() // SECOND, timer)
                else:
                    yield from connection.read(timer)
            except Broken as broken:
                text = broken.kind
                stage = {"NameNotResolved": "name", "CertificateUntrusted": "certificate", "CertificateName": "certificate",
                         "CertificateDate": "clock"}.get(text, "port")
            connection.close()
            self.bench.drop(timer)
            arrivals.append({"stage": stage, "text": text})
        return {"now": rfc3339(self.clock()), "hosts": arrivals}

    # Sending

    def scan(self, function, to=None, subject="", file="", pages=0, settings=None, **_):
        if function != "Email" or settings:
            raise Refused("not-supported")
        job = {"receipt": len(self.jobs) + 1, "time": rfc3339(self.clock()), "type": "Email", "to": ", ".join(to), "result": "Sending",
               "state": "running", "pages": max(1, pages), "code": "", "status": "", "solution": ""}
        unready = self.core.state().get("ready")
        if unready:
            row = OUTCOMES[unready["kind"]]
            if row.get("code"):
                self.jobs.append(job)
                self.end(job, "failed", row["code"])
            return screen(MESSAGES[row["panel"]])
        name = file or "Scan" + day(self.clock()).strftime("%Y%m%d_%H%M%S")
        job["file"] = name + ".pdf"
        self.jobs.append(job)
        data = base64.b64encode(paper(job["pages"])).decode()
        self.queue.append((job, {"to": to, "subject": subject or "Scan", "text": "Scanned by Worked Device.\r\n", "program": "Worked Device",
                                 "attachments": [{"name": job["file"], "type": "application/pdf", "data": data}], "attachment_limit": 2 << 20}))
        if not self.sending:
            self.sending = True
            self.bench.later(lambda: self.send_all(self.core))
        return screen(MESSAGES["sending"])

    def send_all(self, core):
        """The activity that sends what waits, one job after the other."""
        while self.queue and self.core is core:
            job, message = self.queue.pop(0)
            result = yield from core.operate({"event": "send", "owner": "printer", "message": message})
            job["refused"] = ["%s (%d%s)" % (r["address"], r["smtp_code"], " " + r["enhanced"] if r.get("enhanced") else "")
                              for r in result.get("refused") or []]
            if result.get("ok"):
                job["sent"] = job["pages"]
                self.end(job, "partly" if job["refused"] else "completed", "")
            else:
                row = OUTCOMES[result["kind"]]
                cloud = result.get("side") == "Cloud"
                self.end(job, "failed", cloud and row.get("cloudCode") or row.get("code", "313"))
        if self.core is core:
            self.sending = False

    def end(self, job, state, code):
        status, solution = CODES[code] if code else ("", "")
        job.update(state=state, code=code, status=status, solution=solution, ended=rfc3339(self.clock()),
                   result={"completed": "Completed", "partly": "Sent in Part", "failed": "Error"}[state])

    def list_jobs(self):
        return list(reversed(self.jobs))

    # The web page

    def page(self, args):
        """One request to the page, as an activity."""
        url = urllib.parse.urlsplit(args["target"])
        if not args["tls"]:
            return answer(301, "", Location="https://%s%s" % (args["host"], args["target"]))
        sent = dict(urllib.parse.parse_qsl(base64.b64decode(args.get("body") or "").decode(), keep_blank_values=True))
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        session, had = self.session(args.get("header") or {})
        if url.path == page.LOG_IN:
            return self.log_in(sent) if args["method"] == "POST" else self.way_in(query.get("because"))
        if url.path == page.NETWORK_STATUS:
            return self.show(url.path, session, [], page.rows([("IP Address", self.boot["address"])]))
        if url.path == page.HOME:
            notices = [MESSAGES["logged-out"]] if "out" in query else []
            return self.show(page.HOME, session, notices, page.rows([
                ("Model", "Worked Device"), ("Serial Number", "W1"), ("Firmware", "1.0"), ("IP Address", self.boot["address"]),
                ("Date and Time", day(self.clock()).strftime("%m-%d-%Y %p %I:%M UTC+00:00"))]))
        if session is None:
            return answer(303, "", Location=page.LOG_IN + "?because=session-ended" * had)
        if args["method"] == "POST":
            if not hmac.compare_digest(sent.get("token", ""), session["token"]):
                return self.show(page.HOME, session, [MESSAGES["wrong-token"]], "", 403)
            return (yield from self.post(url.path, session, sent))
        return self.get(url.path, session, query)

    def session(self, header):
        cookie = http.cookies.SimpleCookie("; ".join(value for name, values in header.items() if name.lower() == "cookie" for value in values))
        name = cookie["SESSION"].value if "SESSION" in cookie else ""
        session = self.sessions.get(name)
        if session and self.bench.now - session["used"] >= SESSION_LIFE:
            del self.sessions[name]
            session = None
        if session:
            session["used"] = self.bench.now
        return session, bool(name)

    def show(self, path, session, notices, content, status=200):
        return answer(status, page.whole(path, session, notices, content))

    def way_in(self, because):
        """The log-in page. Its form is good once, so that the page of somebody else cannot send it."""
        self.form = self.token()
        notices = [MESSAGES[because]] if because in ("session-ended", "wrong-password", "try-again-later") else []
        return self.show(page.LOG_IN, None, notices, page.log_in(self.form))

    def log_in(self, sent):
        ours, self.form = self.form and hmac.compare_digest(sent.get("token", ""), self.form), ""
        right = hmac.compare_digest(sent.get("password", "").encode(), self.boot["administratorPassword"].encode())
        because = "session-ended" if not ours else "try-again-later" if self.bench.now < self.locked_until else "" if right else "wrong-password"
        if because == "wrong-password":
            self.tries += 1
            if self.tries >= TRIES:
                self.tries, self.locked_until = 0, self.bench.now + LOCKOUT
        if because:
            return answer(303, "", Location=page.LOG_IN + "?because=" + because)
        self.tries, name = 0, self.token()
        self.sessions[name] = {"name": name, "token": self.token(), "user": sent.get("user", ""), "used": self.bench.now, "draft": None, "tested": ""}
        return answer(303, "", Location=page.HOME, **{"Set-Cookie": "SESSION=%s; Path=/; Secure; HttpOnly; SameSite=Strict" % name})

    def get(self, path, session, query):
        token, state = session["token"], self.core.state()
        if path == page.BASIC:
            draft = session["draft"] if "draft" in query else None
            session["draft"] = draft
            return self.basic(session, state, draft or {}, "saved" in query)
        if path == page.SIGN_IN and session["draft"]:
            return self.show(path, session, [MESSAGES["sign-in-explain"]], page.sign_in(token, session["draft"]["form"]["service"]))
        if path == page.CODE and state["phase"] == "AwaitingUser":
            valid = EPOCH + datetime.timedelta(milliseconds=state["code_expires_ms"])
            return self.show(path, session, [MESSAGES["code-explain"], MESSAGES["code-refresh"]], page.code(
                token, state["user_code"], state["verification_uri"], valid.strftime("%m-%d-%Y %p %I:%M UTC+00:00")))
        if path in (page.SIGN_IN, page.CODE):
            return answer(303, "", Location=page.BASIC + "?draft=1")
        if path == page.TEST:
            said = [MESSAGES["test-explain"]] + [session["tested"]] * ("result" in query and session["tested"] != "")
            return self.show(path, session, said, page.test(token))
        if path == page.JOBS:
            rows = [(job["time"], "%(receipt)03d %(type)s %(to)s %(result)s %(code)s" % job) for job in self.list_jobs()]
            return self.show(path, session, [] if rows else [MESSAGES["no-jobs"]], page.rows(rows))
        if path in (page.NETWORK, page.SERVER):
            return self.show(path, session, [], page.rows([("Authentication Method", state["settings"]["method"])]) if path == page.SERVER else "")
        return self.show(page.HOME, session, ["There is no such page."], "", 404)

    def basic(self, session, state, draft, saved):
        notices, problems = [MESSAGES["setup-complete"]] * saved, {}
        for field, problem in draft.get("problems", []):
            name = next(name for name, label, _ in page.FIELDS if label == field)
            problems[name] = MESSAGES[problem]
            notices.append(field + ": " + MESSAGES[problem])
        if state["phase"] == "AwaitingUser":
            notices.append(MESSAGES["sign-in-waits"])
        else:
            signed = state["phase"] in ("AwaitingOK", "Stored")
            ended = draft.get("ended") or (None if state["phase"] == "AwaitingOK" else state.get("ended") or (None if signed else state.get("lost")))
            sentence = ended and OUTCOMES[ended["kind"]].get("signIn")
            if sentence:
                notices.append(MESSAGES[sentence])
        shown, signed_in = self.shown(state, draft), state["phase"] in ("AwaitingOK", "Stored")
        return self.show(page.BASIC, session, notices + [MESSAGES["validation-recommended"]], page.basic(
            session["token"], shown, [s["name"] for s in SERVICES], problems, signed_in, state["phase"] == "AwaitingUser"))

    def shown(self, state, draft):
        """The form: what is stored, or the method and service of a sign-in, or what was typed and refused."""
        stored, of_sign_in = state["settings"], draft.get("signIn")
        form = {"method": stored["method"], "service": stored["service"] or SERVICES[0]["name"], "account": stored["account"],
                "sender": stored["sender"], "server": stored["server"], "port": stored["port"] or "", "security": stored["security"],
                "validation": "Enable" if stored["validate_certificate"] else "Disable", "pop3server": stored["pop3_server"],
                "pop3port": stored["pop3_port"] or ""}
        if draft and not of_sign_in:
            form = draft["form"]
        elif state["phase"] in ("AwaitingUser", "AwaitingOK"):
            form.update(method="OAuth2", service=state["service"])
        elif draft:
            form.update(method="OAuth2", service=draft["form"]["service"])
        if form["method"] != "OAuth2":
            return form
        if (not draft or of_sign_in) and stored["method"] != "OAuth2":
            self.fill(form)
            form.update(account="", sender="")
        signed_in = state["phase"] in ("AwaitingOK", "Stored")
        form = {**form, "account": state["account"] if signed_in else ""}
        if signed_in and (not form["sender"] or stored["method"] == "OAuth2" and form["sender"] == stored["account"]):
            form["sender"] = state["account"]
        return form

    @staticmethod
    def fill(form):
        found = next((s for s in SERVICES if s["name"] == form["service"]), None)
        if found:
            form.update(server=found["smtp_server"], port=str(found["smtp_port"]), security=found["security"])

    def post(self, path, session, sent):
        action = sent.get("action", "")
        if path == page.LOG_OUT:
            self.sessions.pop(session["name"], None)
            return answer(303, "", Location=page.HOME + "?out=1")
        if path == page.TEST:
            return (yield from self.test(session))
        if path == page.SIGN_IN and action == "begin":
            session["draft"] = {"signIn": True, "form": {"service": sent["service"]}}
            result = yield from self.core.operate({"event": "begin_sign_in", "owner": "printer", "service": sent["service"]})
            if not result.get("ok"):
                session["draft"]["ended"] = result
                return answer(303, "", Location=page.BASIC + "?draft=1")
            return answer(303, "", Location=page.CODE)
        if path == page.SIGN_IN:
            session["draft"] = {"signIn": True, "form": {"service": sent.get("service", "")}}
            return answer(303, "", Location=page.BASIC + "?draft=1")
        if path == page.BASIC and action == "sign-in":
            session["draft"] = {"signIn": True, "form": {"service": sent["service"]}}
            return answer(303, "", Location=page.SIGN_IN)
        if action in ("sign-out", "cancel"):
            session["draft"] = {"signIn": True, "form": {"service": self.core.state().get("service", "")}}
            event = {"event": "sign_out", "sign_out": ["printer"]} if action == "sign-out" else {"event": "cancel_sign_in", "owner": "printer"}
            result = yield from self.core.operate(event)
            if not result.get("ok"):
                session["draft"]["ended"] = result
            return answer(303, "", Location=page.BASIC + "?draft=1")
        if path == page.BASIC and action == "ok":
            return (yield from self.save(session, sent))
        return self.show(page.HOME, session, ["The request cannot be used."], "", 400)

    def save(self, session, sent):
        """OK: the settings and, if one waits, the sign-in are stored."""
        form = {name: sent.get(name, "").strip() if name not in ("password", "account") else sent.get(name, "") for name, _, _ in page.FIELDS}
        state, problems = self.core.state(), []
        stored = state["settings"]
        signed_in = state["phase"] in ("AwaitingOK", "Stored")
        oauth2 = form["method"] == "OAuth2"
        another = oauth2 and (stored["method"] != "OAuth2" or form["service"] != stored["service"])
        if oauth2 and signed_in and form["service"] != state["service"]:
            problems.append(("Email service", "invalid-service"))
        if oauth2 and (not form["server"] or another and form["server"] == stored["server"]):
            self.fill(form)
        settings = {"method": form["method"], "account": form["account"], "password": form["password"], "sender": form["sender"],
                    "server": form["server"], "port": port(form["port"]), "security": form["security"],
                    "validate_certificate": form["validation"] == "Enable", "pop3_server": form["pop3server"], "pop3_port": port(form["pop3port"])}
        if oauth2:
            account = state["account"] if signed_in else ""
            settings.update(service=form["service"], account=account, password="")
            if not account and another and settings["sender"] == stored["sender"]:
                settings["account"] = settings["sender"]
            elif not account and stored["method"] == "OAuth2":
                settings["account"] = stored["account"]
            settings["sender"] = settings["sender"] or account
        elif not form["password"] and (form["account"], form["server"], form["pop3server"]) == (
                stored["account"], stored["server"], stored["pop3_server"]):
            settings["keep_password"] = True
        checked = yield from self.core.operate({"event": "check", "owner": "printer", "settings": settings})
        problems += [(f["field"], INVALID[f["problem"]]) for f in checked.get("fields", []) if f["field"] not in dict(problems)]
        result = {"ok": True}
        if not problems:
            result = yield from self.core.operate({"event": "save", "owner": "printer", "settings": settings})
            if result.get("ok"):
                return answer(303, "", Location=page.BASIC + "?saved=1")
        session["draft"] = {"form": {**form, "password": ""}, "problems": problems, "ended": None if problems else result}
        return answer(303, "", Location=page.BASIC + "?draft=1")

    def test(self, session):
        if self.sending or self.testing:
            sentence = "test-busy"
        else:
            self.testing = True
            result = yield from self.core.operate({"event": "connection_test", "owner": "printer"})
            self.testing = False
            sentence = "test-ok" if result.get("ok") else self.sentence(result)
        session["tested"] = MESSAGES[sentence]
        return answer(303, "", Location=page.TEST + "?result=1")

    def sentence(self, result):
        """What the page says of a connection test that has failed."""
        row, side = OUTCOMES[result["kind"]], result.get("side")
        if side == "Cloud" and row.get("cloud"):
            return row["cloud"]
        if result.get("stage") == "POP3" and row.get("pop3"):
            return row["pop3"]
        if result.get("advice") in ADVICE:
            return ADVICE[result["advice"]]
        if side == "MailServer" and row.get("oauth2") and self.core.state()["settings"]["method"] == "OAuth2":
            return row["oauth2"]
        return row["test"]

    METHODS = {
        "describe": describe, "now": lambda self: rfc3339(self.clock()), "words": words, "jobs": list_jobs, "scan": scan, "power": power,
        "administratorPassword": lambda self: self.boot["administratorPassword"], "setDate": set_date, "drift": set_drift,
        "setLanguage": set_language, "reach": reach, "page": page,
    }


def answer(status, body, **header):
    header = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", **header}
    return {"status": status, "header": {name: [value] for name, value in header.items()}, "body": base64.b64encode(body.encode()).decode()}


def port(typed):
    if not typed:
        return 0
    return int(typed) if typed.isdecimal() and int(typed) else -1


def day(at):
    return EPOCH + datetime.timedelta(microseconds=at // 1000)


def screen(line):
    return {"path": "Scan > Email", "padlock": False, "lines": [line], "keys": [], "fields": []}


def paper(pages):
    """A PDF, each page of which is the same small picture in grey."""
    picture = hashlib.shake_256(b"paper").digest(72 * 84)
    kids = " ".join("%d 0 R" % (3 + 3 * n) for n in range(pages))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids.encode())]
    for n in range(3, 3 * pages + 3, 3):
        draw = b"q 595 0 0 842 0 0 cm /P Do Q"
        objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</XObject<</P %d 0 R>>>>>>" % (n + 1, n + 2),
                    b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
                    b"<</Type/XObject/Subtype/Image/Width 72/Height 84/ColorSpace/DeviceGray/BitsPerComponent 8/Length %d>>stream\n%s\nendstream" % (
                        len(picture), picture)]
    data, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % at for at in places)
    end = len(data)
    return bytes(data + table) + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, end)
