"""Signs in, sends a mail, reads it, blocks the account: python3 examples/client.py mfpsim serve --ready --json"""
import json, smtplib, ssl, subprocess, sys, urllib.error, urllib.parse, urllib.request

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class Bench:
    """A running `mfpsim serve --json`: the members of its line are attributes; docs/control.md has the control API."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.__dict__.update(json.loads(self.process.stdout.readline() or sys.exit("the bench did not start")))
        self.tls = ssl.create_default_context(cafile=self.ca)

    def open(self, url, data=None):
        """Returns the JSON of an answer, that of a refusal too."""
        context = self.tls if url.startswith("https:") else None
        try:
            return json.load(urllib.request.urlopen(url, data, context=context))
        except urllib.error.HTTPError as refused:
            return json.load(refused)

    def control_api(self, path, body=None):
        answer = self.open(self.control + path, None if body is None else json.dumps(body).encode())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def entra_api(self, endpoint, **form):
        form["client_id"] = self.clientId
        return self.open(f"{self.entra}/organizations/oauth2/v2.0/{endpoint}", urllib.parse.urlencode(form).encode())

    def sign_in(self, user):
        """Signs in by device code; the control API plays the person."""
        code = self.entra_api("devicecode", scope=self.scope)
        self.control_api("/entra/approve", {"code": code["user_code"], "user": user})
        return self.entra_api("token", grant_type=DEVICE_CODE, device_code=code["device_code"])

    def send(self, sender, token, recipient, subject):
        with smtplib.SMTP(*self.smtp.rsplit(":", 1)) as smtp:
            smtp.starttls(context=self.tls)
            smtp.ehlo()
            smtp.auth("XOAUTH2", lambda _=None: f"user={sender}\x01auth=Bearer {token}\x01\x01")
            smtp.sendmail(sender, recipient, f"From: {sender}\r\nTo: {recipient}\r\nSubject: {subject}\r\n\r\nHello\r\n")


bench = Bench(sys.argv[1:])
try:
    tokens = bench.sign_in("admin@contoso.com")
    bench.send("admin@contoso.com", tokens["access_token"], "bob@fabrikam.com", "Scan")
    mail = bench.control_api("/api/v1/messages?to=bob@fabrikam.com&wait=10s")["messages"][0]
    print("arrived:", mail["Subject"], "from", mail["From"]["Address"])
    bench.control_api("/entra/disable", {"user": "admin@contoso.com"})
    print("refresh:", bench.entra_api("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])["error_codes"])
    bench.control_api("/reset", {"to": "start"})
    print("after the reset:", bench.control_api("/api/v1/messages")["total"], "mails")
finally:
    bench.process.terminate()
    bench.process.wait()
