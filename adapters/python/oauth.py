"""Device authorization grant (RFC 8628), authorization code with PKCE (RFC 6749, 7636), refresh, and what refusals mean."""

import base64
import email.utils
import hashlib
import json
import re
import urllib.parse

from contract import Failed

REQUEST_MS = 60_000
MAX_LIFE_S = 400 * 24 * 3600
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
SIGNATURES = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

BY_CODE = {}
for kind, codes in {
    "SignInExpired": "700082 70008 700081 700084", "SignInCodeExpired": "70019 70020", "SignInRevoked": "50173",
    "PasswordChanged": "50133 50132 50055 50144", "ConsentWithdrawn": "65001 90094 90095 900941 900981", "SignInDeclined": "65004",
    "PolicyBlocked": "53000 53001 53002 53003 53004 53005 53006 53007 53008 53009 53010 53011 530001 530003 530032 530033 530034 530035"
                     " 530036 530084 50097 50105 700003",
    "MultiFactorRequired": "50072 50074 50076 50078 50079 50158", "AccountDisabled": "50057 50034 50020 50053",
    "SignInFrequency": "70043 70044 70046", "CloudError": "50196 90033 90055 90006 90012 90024",
    "ApplicationRefused": "700016 7000112 7000218 7000215 7000222 700025 900144 90014 90002 900023 50059 500011 500014 650052 650053 65005"
                          " 650056 650057 70003 70011 28000 50194 9001023 90023 90124 90130 9002332 9002331 9002346 9002339 90027",
}.items():
    BY_CODE.update({int(code): kind for code in codes.split()})
BY_SUBERROR = {
    "consent_required": "ConsentWithdrawn", "bad_token": "SignInRevoked", "token_expired": "SignInExpired",
    "user_password_expired": "PasswordChanged", "basic_action": "MultiFactorRequired", "additional_action": "MultiFactorRequired",
    "message_only": "PolicyBlocked", "protection_policy_required": "PolicyBlocked", "device_authentication_failed": "PolicyBlocked",
    "client_mismatch": "ApplicationRefused",
}
BY_WORD = {
    "authorization_declined": "SignInDeclined", "access_denied": "SignInDeclined", "expired_token": "SignInCodeExpired",
    "code_expired": "SignInCodeExpired", "bad_verification_code": "SignInRefused", "invalid_grant": "SignInRefused",
    "interaction_required": "SignInRefused", "consent_required": "ConsentWithdrawn", "login_required": "SignInRefused",
    "temporarily_unavailable": "CloudError", "server_error": "CloudError",
    **dict.fromkeys(["invalid_client", "unauthorized_client", "invalid_request", "invalid_scope", "invalid_resource", "invalid_tenant",
                     "unsupported_grant_type", "unsupported_response_type"], "ApplicationRefused"),
}
ENDS_SIGN_IN = {"SignInExpired", "SignInRevoked", "PasswordChanged", "ConsentWithdrawn", "PolicyBlocked", "MultiFactorRequired",
                "AccountDisabled", "SignInFrequency", "SignInRefused"}
TRANSIENT = {"CloudError", "NameNotResolved", "Unreachable", "TimedOut", "ConnectionLost", "ServerBusy"}


class Answer:
    def __init__(self, event):
        self.status, self.headers = event["status"], event.get("headers", {})
        kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
        self.object = read_object(event.get("body", "")) if kind == "application/json" else None


def read_object(text):
    """The members of one JSON object; None for anything else, and where a name comes twice."""
    def once(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError
        return dict(pairs)
    try:
        value = json.loads(text, object_pairs_hook=once)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def visible(text, limit):
    return isinstance(text, str) and 0 < len(text) <= limit and all("\x21" <= c <= "\x7e" for c in text)


def seconds(value):
    """A whole number of seconds, as a number or a string of digits; None for nonsense."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,10}", value):
        value = int(value)
    ok = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_LIFE_S
    return value if ok else None


def secure(address):
    if not visible(address, 2048):
        return False
    u = urllib.parse.urlsplit(address)
    return u.scheme == "https" and bool(u.hostname) and "@" not in u.netloc


def word(text):
    return isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_.\-]{1,64}", text) is not None


def guid(text):
    return isinstance(text, str) and re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None


def aadsts(answer):
    codes = answer.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[0], int) and re.fullmatch(r"[1-9]\d{4,7}", str(codes[0])):
        return codes[0]
    return code_in(answer.get("error_description"))


def code_in(description):
    found = re.match(r"AADSTS([1-9]\d{4,7})(?!\d)", description) if isinstance(description, str) else None
    return int(found[1]) if found else 0


def meaning(code, suberror, error):
    return BY_CODE.get(code) or BY_SUBERROR.get(suberror) or BY_WORD.get(error) or "RefusedUnknown"


class Client:
    def __init__(self, device, user_agent):
        self.device, self.user_agent = device, user_agent

    def post(self, stage, url, form, timeout_ms=REQUEST_MS, keep=False):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", "User-Agent": self.user_agent}
        event = yield {"do": "http", "method": "POST", "url": url, "headers": headers, "body": urllib.parse.urlencode(form),
                       "timeout_ms": max(1, min(timeout_ms, REQUEST_MS)), "keep": keep, "tls": {"verify": True, "min_version": "1.2"}}
        if event["event"] == "failed":
            raise Failed(event["error"], "Cloud", stage, http_status=event.get("status"))
        answer = Answer(event)
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise Failed("CloudMalformed", "Cloud", stage, http_status=answer.status)
        return answer

    def refused(self, answer, stage):
        o = answer.object or {}
        error = o.get("error")
        if answer.status >= 500 or answer.status == 429:
            kind = "CloudError"
        elif answer.status >= 400 and word(error):
            kind = meaning(aadsts(o), o.get("suberror"), error)
        else:
            kind = "CloudMalformed"
        if stage == "refresh" and kind == "SignInCodeExpired":
            kind = "SignInExpired"
        more = {name: o[name] for name in ("trace_id", "correlation_id") if guid(o.get(name))} if word(error) else {}
        return Failed(kind, "Cloud", stage, http_status=answer.status, aadsts=aadsts(o) if word(error) else 0,
                      suberror=o.get("suberror") if word(o.get("suberror")) else "", retry_after_ms=retry_after(answer.headers), **more)

    def authorize(self, service):
        answer = yield from self.post("device authorization", service["device_authorization_endpoint"],
                                      {"client_id": service["client_id"], "scope": " ".join(service["scopes"])}, keep=True)
        if answer.status != 200:
            raise self.refused(answer, "device authorization")
        o = answer.object or {}
        life, interval = seconds(o.get("expires_in")), seconds(o.get("interval", 0) or 0)
        if not (visible(o.get("user_code"), 64) and visible(o.get("device_code"), 4096) and secure(o.get("verification_uri"))
                and life and interval is not None):
            raise Failed("CloudMalformed", "Cloud", "device authorization", http_status=200)
        return {"user_code": o["user_code"], "device_code": o["device_code"], "uri": o["verification_uri"],
                "life_ms": life * 1000, "interval_ms": (interval or 5) * 1000, "expires_ms": self.device.now_ms + life * 1000}

    def poll(self, service, code):
        """Waits until the person has signed in. The life of the code is elapsed time: setting the date does not change it."""
        end = self.device.up_ms + code["life_ms"]
        interval, backoff, last = code["interval_ms"], 0, None
        form = {"grant_type": DEVICE_CODE, "client_id": service["client_id"], "device_code": code["device_code"]}

        def over():
            return last or Failed("SignInCodeExpired", "Cloud", "token")
        while True:
            wait = max(interval, backoff, last.result.get("retry_after_ms", 0) if last else 0)
            event = yield {"do": "wake_at", "up_ms": min(self.device.up_ms + wait, end)}
            if event["event"] == "failed":
                raise Failed(event["error"], "Device", "token")
            if self.device.up_ms >= end:
                raise over()
            try:
                answer = yield from self.post("token", service["token_endpoint"], form, end - self.device.up_ms, keep=True)
                if answer.status == 200:
                    token = self.token(answer, service, "token")
                    if not token["account"]:
                        raise Failed("CloudMalformed", "Cloud", "token")
                    return token
                pending = (answer.object or {}).get("error")
                if pending not in ("authorization_pending", "slow_down"):
                    raise self.refused(answer, "token")
                interval += 5000 if pending == "slow_down" else 0
                last, backoff = None, 0
            except Failed as failed:
                if failed.kind == "TimedOut" and self.device.up_ms >= end:
                    raise over()
                if failed.kind not in TRANSIENT:
                    raise
                # RFC 8628 section 3.5: after a connection time-out a client polls less often; doubling is recommended
                last, backoff = failed, min(2 * max(interval, backoff), 60_000)

    def refresh(self, service, token):
        answer = yield from self.post("refresh", service["token_endpoint"], {
            "grant_type": "refresh_token", "client_id": service["client_id"], "refresh_token": token,
            "scope": " ".join(service["scopes"])})
        if answer.status != 200:
            raise self.refused(answer, "refresh")
        return self.token(answer, service, "refresh")

    def token(self, answer, service, stage):
        o = answer.object or {}
        life = seconds(o.get("expires_in", 0))
        who = identity(o["id_token"], service["client_id"]) if o.get("id_token") else {}
        refresh = o.get("refresh_token")
        if ("error" in o or str(o.get("token_type")).lower() != "bearer" or not visible(o.get("access_token"), 16384)
                or refresh and not visible(refresh, 16384) or life is None or who is None):
            raise Failed("CloudMalformed", "Cloud", stage, http_status=answer.status)
        return {"access": o["access_token"], "refresh": refresh or "", "life_ms": life * 1000, "account": account(who), "who": who}

    def open_page(self, op, service, prompt):
        if not service.get("redirect_uri") or not secure(service.get("authorization_endpoint", "")):
            raise Failed("NotConfigured", stage="authorization")
        state, nonce, verifier = (base64.urlsafe_b64encode(op.random(32)).rstrip(b"=").decode() for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {"client_id": service["client_id"], "response_type": "code", "redirect_uri": service["redirect_uri"],
                 "scope": " ".join(service["scopes"]), "state": state, "nonce": nonce, "response_mode": "query",
                 "code_challenge": challenge, "code_challenge_method": "S256", **({"prompt": prompt} if prompt else {})}
        address = service["authorization_endpoint"] + "?" + urllib.parse.urlencode(query)
        return {"address": address, "state": state, "nonce": nonce, "verifier": verifier}

    def page_answer(self, service, page, address):
        """The code that the page has led back with. (None, None): it is no answer to this page."""
        base, _, query = address.split("#")[0].partition("?")
        values = urllib.parse.parse_qs(query, keep_blank_values=True)
        one = {name: several[0] for name, several in values.items()}
        if base != service["redirect_uri"] or one.get("state") != page["state"]:
            return None, None
        error, code = one.get("error", ""), one.get("code", "")
        doubled = any(len(several) > 1 for several in values.values())
        if doubled or one.get("iss") and not is_issuer(service, one["iss"], ""):
            return None, Failed("CloudMalformed", "Cloud", "authorization")
        if word(error) and not code:
            number, sub = code_in(one.get("error_description")), one.get("error_subcode")
            return None, Failed(meaning(number, sub, error), "Cloud", "authorization", aadsts=number, suberror=sub if word(sub) else "")
        if error or not visible(code, 8192):
            return None, Failed("CloudMalformed", "Cloud", "authorization")
        return code, None

    def redeem(self, service, page, code):
        answer = yield from self.post("token", service["token_endpoint"], {
            "grant_type": "authorization_code", "client_id": service["client_id"], "code": code,
            "redirect_uri": service["redirect_uri"], "code_verifier": page["verifier"]})
        if answer.status != 200:
            failed = self.refused(answer, "token")
            if failed.kind == "SignInExpired":
                failed.kind = "SignInCodeExpired"
            raise failed
        token = self.token(answer, service, "token")
        who = token["who"]
        if not token["account"] or who.get("nonce") != page["nonce"] or not is_issuer(service, who.get("iss"), who.get("tid", "")):
            raise Failed("CloudMalformed", "Cloud", "token", http_status=200)
        return token


def is_issuer(service, text, tenant):
    head, mark, tail = service.get("issuer", "").partition("{tenantid}")
    if not mark:
        return text == head
    if not isinstance(text, str):
        return False
    tenant = tenant or text[len(head):len(text) - len(tail)]
    return guid(tenant) and text == head + tenant + tail


def identity(token, client_id):
    """What an id_token says of the person; None if it is not for this client. Its signature is not checked: it comes over TLS from the
    token endpoint (OpenID Connect Core 3.1.3.7, item 6)."""
    parts = token.split(".") if isinstance(token, str) else []
    try:
        head, claims, _ = [base64.b64decode(p + "=" * (-len(p) % 4), altchars=b"-_", validate=True) for p in parts]
        head, who = json.loads(head), json.loads(claims)
    except ValueError:
        return None
    if not isinstance(who, dict) or not isinstance(head, dict) or head.get("alg") not in SIGNATURES:
        return None
    audience = who.get("aud")
    if client_id not in (audience if isinstance(audience, list) else [audience]) or who.get("azp", client_id) not in ("", client_id):
        return None
    return who if account(who) else None


def account(who):
    for name in (who.get("preferred_username"), who.get("upn"), who.get("email")):
        if visible(name, 255) and "@" in name:
            return name
    return ""


def retry_after(headers):
    """Retry-After in milliseconds, at most an hour. A date counts from the answer's own."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+", value):
        return min(int(value), 3600) * 1000
    try:
        until, since = (email.utils.parsedate_to_datetime(text) for text in (value, headers.get("date", "")))
    except (ValueError, TypeError):
        return 0
    return int(max(0, min((until - since).total_seconds(), 3600)) * 1000)
