"""Drives MSAL for Python, unmodified, against the fake: lines of JSON on standard input say what to ask for, what happened goes
out the same way. Only its connections to Microsoft's host are led to loopback; REQUESTS_CA_BUNDLE names the fake's authority."""

import json
import os
import socket
import sys

import msal

PORT = int(os.environ["ENTRA_PORT"])
AUTHORITY = os.environ["ENTRA_AUTHORITY"]
resolve = socket.getaddrinfo


def to_loopback(host, port, *rest, **named):
    if host == "login.microsoftonline.com":
        host, port = "127.0.0.1", PORT
    return resolve(host, port, *rest, **named)


socket.getaddrinfo = to_loopback


def say(message):
    print(json.dumps(message), flush=True)


def refused(answer):
    say({"ok": False, "code": answer.get("error", ""), "text": answer.get("error_description", "")})


def device(app, scopes):
    flow = app.initiate_device_flow(scopes)
    if "user_code" not in flow:
        return refused(flow)
    say({"code": flow["user_code"], "message": flow["message"]})
    answer = app.acquire_token_by_device_flow(flow)
    if "access_token" not in answer:
        return refused(answer)
    account = app.get_accounts()[0]
    again = app.acquire_token_silent(scopes, account) or {}
    return say({
        "ok": True, "account": account["username"], "hasToken": True, "scopes": answer.get("scope", "").split(),
        "fromCache": again.get("access_token") == answer["access_token"],
    })


for line in sys.stdin:
    asked = json.loads(line)
    client = msal.PublicClientApplication(asked["client"], authority=AUTHORITY + "/" + asked["tenant"])
    try:
        device(client, asked["scopes"])
    except ValueError as error:
        say({"ok": False, "name": "ValueError", "text": str(error)})
