"""Sends one message with Python's smtplib, unmodified, by the mechanism that it chooses itself for a password.

Words: host, port, file of the authority, user, password. The message is standard input.
"""
import smtplib
import ssl
import sys

host, port, authority, user, password = sys.argv[1:]
client = smtplib.SMTP(host, int(port), local_hostname="printer.example.com")
client.starttls(context=ssl.create_default_context(cafile=authority))
try:
    client.login(user, password)
    client.sendmail(user, ["bob@fabrikam.com"], sys.stdin.buffer.read())
    client.quit()
    print("sent")
except smtplib.SMTPException as problem:
    print(type(problem).__name__, problem.args)
    sys.exit(1)
