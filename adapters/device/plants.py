"""Bugs that can be planted, so that the suite can be seen to name them: device.py --plant BUG."""

import asyncio

import smtp
from contract import Failed
from wire import Connection

NAMES = ["polls-too-fast", "trusts-any-certificate", "ignores-stripped-starttls", "acts-after-its-turn"]


def plant(names):
    global late
    late = "acts-after-its-turn" in names
    if "ignores-stripped-starttls" in names:
        smtp.Submitter.greet = greet_in_clear


late = False
greet = smtp.Submitter.greet


def greet_in_clear(self, conn, stage):
    """Goes on without TLS where STARTTLS is not offered."""
    try:
        return (yield from greet(self, conn, stage))
    except Failed as failed:
        if failed.kind != "NoSTARTTLS":
            raise
        conn.greeted = True
        return smtp.keywords((yield from conn.command("EHLO " + self.host_name, self.command_ms, "EHLO", "250")))


def after_a_turn(printer):
    """Greets the mail server when the device has said that it rests."""
    if late and printer.core:
        core = printer.core
        for delay in 0, 0.002, 0.01, 0.05:  # one of them, at least, comes before the next turn
            asyncio.get_running_loop().call_later(
                delay, lambda: Late(printer.bench, core.proxy, core.token, "smtp-mail.outlook.com", 587))


class Late(Connection):
    def data_received(self, data):
        super().data_received(data)
        if self.received > 0:
            self.close()
