"""Sends one message with Python's smtplib, unmodified; an exception of smtplib is printed by its name and ends the program with 1.

Words: host, port, file of the authority, user, token, From, one or two lines for AUTH. The message is standard input.
"""
import smtplib
import ssl
import sys

host, port, authority, user, token, sender, lines = sys.argv[1:]
client = smtplib.SMTP(host, int(port), local_hostname="printer.contoso.com")
client.starttls(context=ssl.create_default_context(cafile=authority))
client.ehlo()
response = "user=%s\x01auth=Bearer %s\x01\x01" % (user, token)
try:
    client.auth(
        "XOAUTH2",
        lambda challenge=None: None if challenge is None and lines == "two" else response,
        initial_response_ok=lines == "one",
    )
    client.sendmail(sender, ["bob@fabrikam.com"], sys.stdin.buffer.read())
    client.quit()
    print("sent")
except smtplib.SMTPException as problem:
    print(type(problem).__name__, problem.args)
    sys.exit(1)
