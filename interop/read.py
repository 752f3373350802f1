"""Reads a maildrop with Python's poplib, unmodified, and prints its messages; "stls" as the last word asks for TLS.

Words: host, port, file of the authority, user, password, stls or clear.
"""
import poplib
import ssl
import sys

host, port, authority, user, password, security = sys.argv[1:]
client = poplib.POP3(host, int(port))
print(client.capa())
if security == "stls":
    client.stls(ssl.create_default_context(cafile=authority))
try:
    client.user(user)
    client.pass_(password)
    for number in range(1, client.stat()[0] + 1):
        print(b"\n".join(client.retr(number)[1]).decode())
        client.dele(number)
    client.quit()
except poplib.error_proto as problem:
    print("error_proto", problem)
    sys.exit(1)
