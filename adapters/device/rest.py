"""At rest: what docs/devices.md asks of a device on the bench's clock. One Bench is one device that was booted.

An activity is a generator. It yields the connection that it waits for, or None if it waits for its timer alone, and is sent what has
come: "data" (octets, or the end), "time" (its timer) or "cut" (it was interrupted). So nothing here blocks, and a device needs no threads.
"""

import asyncio
import datetime

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def nanoseconds(text):
    """A time of the protocol (RFC 3339) as nanoseconds since 1970."""
    head, zone = (text[:-1], "+00:00") if text[-1] in "Zz" else (text[:-6], text[-6:])
    seconds, _, fraction = head.partition(".")
    moment = datetime.datetime.fromisoformat(seconds + zone) - EPOCH
    return (moment.days * 86400 + moment.seconds) * 10**9 + int(fraction[:9].ljust(9, "0"))


def rfc3339(at):
    seconds, fraction = divmod(at, 10**9)
    text = (EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (".%09d" % fraction).rstrip("0").rstrip(".") + "Z"


class Timer:
    def __init__(self, identifier, at, fire):
        self.identifier, self.at, self.fire = str(identifier), at, fire


class Call:
    """An act or a wake whose answer is owed."""

    def __init__(self, identifier, is_act):
        self.identifier, self.is_act, self.answer = identifier, is_act, asyncio.get_running_loop().create_future()
        self.waiting = 0  # activities under it that wait for a slow answer
        self.left = self.ended = self.pending = False


class Question:
    """slow, stalled or waits, until it can be answered."""

    def __init__(self, connection, given, taken=None, marks=True):
        self.connection, self.given, self.taken, self.marks = connection, given, taken, marks
        self.answer = asyncio.get_running_loop().create_future()


class Activity:
    def __init__(self, generator, done):
        self.generator, self.done, self.connection, self.under, self.slow, self.timer = generator, done, None, None, False, None


class Bench:
    def __init__(self, now):
        self.now, self.sequence, self.last_timer = now, 0, 0
        self.timers, self.activities, self.closing, self.connections = [], [], set(), {}
        self.calls, self.questions, self.current, self.working = [], [], None, None
        self.finished, self.results, self.notes, self.broken = [], {}, [], None

    # What the device does

    def timer(self, at, fire):
        self.last_timer += 1
        self.timers.append(Timer(self.last_timer, max(at, self.now), fire))
        return self.timers[-1]

    def drop(self, timer):
        if timer in self.timers:
            self.timers.remove(timer)

    def begin(self, generator, done=lambda value: None):
        """Begins an activity, in the call that is under way."""
        activity = Activity(generator, done)
        self.activities.append(activity)
        self.go_on(activity, None)
        return activity

    def later(self, make, done=lambda value: None):
        """Begins an activity in a turn of its own: a timer that is due at once."""
        self.timer(self.now, lambda: self.begin(make(), done))

    def go_on(self, activity, what):
        self.leave(activity)
        activity.connection = None
        try:
            activity.connection = activity.generator.send(what)
        except StopIteration as end:
            self.activities.remove(activity)
            activity.done(end.value)
        except Exception as failure:  # a fault of this program: the case ends with it, not the bench
            self.activities.remove(activity)
            self.broken = repr(failure)
            raise

    def leave(self, activity):
        """One that waits for a slow answer goes on in this call; the one that it waited under ends without it."""
        if not activity.slow:
            return
        activity.slow = False
        activity.under.waiting -= 1
        if activity.under is not self.working:
            activity.under.left = True
            if not activity.under.is_act:
                self.finished.append(activity.under.identifier)

    def came(self, connection):
        """Octets, or the end, have come on a connection."""
        for activity in list(self.activities):
            if activity.connection is connection and not activity.slow:
                self.go_on(activity, "data")
        self.settle()

    def sleep(self, until):
        """Sleeps, as part of an activity. False: it was interrupted."""
        holder = []
        timer = self.timer(until, lambda: self.go_on(holder[0], "time"))
        holder.append(self.entering(timer))
        what = yield None
        self.drop(timer)
        return what == "time"

    def entering(self, timer):
        """The activity that runs now, which waits for a timer next."""
        activity = next(a for a in self.activities if a.generator.gi_running)
        activity.timer = timer
        return activity

    def deadline(self, length):
        """A timer that ends what the running activity waits for."""
        timer = self.timer(self.now + length, lambda: None)
        activity = self.entering(timer)
        timer.fire = lambda: self.go_on(activity, "time")
        return timer

    def interrupt(self, activity):
        """Ends what an activity waits for, in a turn of its own."""
        if activity in self.activities:
            self.drop(activity.timer)
            activity.timer = self.timer(self.now, lambda: activity in self.activities and self.go_on(activity, "cut"))

    def stop(self):
        """The power has gone: nothing goes on."""
        self.timers.clear()
        stopped, self.activities = self.activities, []
        for activity in stopped:
            self.leave(activity)
            activity.generator.close()
            activity.done(None)
        for connection in list(self.connections.values()):
            connection.close()

    # What the bench asks

    async def work(self, identifier, now, begin, is_act):
        """An act, or a wake: begins it and answers when the device rests."""
        self.now = now
        call = self.current = self.working = Call(identifier, is_act)
        self.calls.append(call)
        try:
            begin(call)
        except Exception as failure:
            self.broken = self.broken or repr(failure)
            raise
        finally:
            self.settle()
        return await call.answer

    def ended(self, call, result):
        call.ended = True
        self.results[call.identifier] = result
        if call.left or call.pending:
            self.finished.append(call.identifier)

    async def wake(self, identifier, timer, now):
        def fire(call):
            due = next((t for t in self.timers if t.identifier == timer), None)
            if due:
                self.timers.remove(due)
                due.fire()
        return await self.work(identifier, now, fire, False)

    async def ask(self, question):
        self.questions.append(question)
        self.settle()
        return await question.answer

    def go(self, connection, now):
        """The answer on a connection comes now. False: nobody waits for it any more."""
        for activity in self.activities:
            if activity.connection is connection and activity.slow and connection is not None:
                self.now, activity.slow, self.current, self.working = now, False, activity.under, activity.under
                activity.under.waiting -= 1
                return True
        return False

    def settle(self):
        """Answers who can be answered now."""
        for question in list(self.questions):
            connection = question.connection
            waits = next((a for a in self.activities if a.connection is connection and not a.slow), None)
            moved = connection is None or connection.ended or connection.closed or question.taken is not None and connection.written > question.taken
            if moved:
                self.answer(question, {"moved": True} if question.marks else {"waits": False})
            elif waits and connection.received >= question.given:
                if not question.marks:
                    self.answer(question, {"waits": True})
                    continue
                waits.slow, waits.under = True, self.working
                self.working.waiting += 1
                self.questions.remove(question)
                self.current = question
        if self.closing or any(a.connection and not a.slow for a in self.activities):
            return
        for call in list(self.calls):
            if call.left and not call.waiting and (call.ended or not call.is_act):
                self.calls.remove(call)
                call.answer.set_result({"sequence": 0})
        call = self.current
        if call is None or isinstance(call, Call) and (call.waiting or call.left):
            return
        self.current = None
        report = self.report()
        if isinstance(call, Call):
            self.calls.remove(call)
            if call.is_act and not call.ended:
                call.pending = report["pending"] = True
        call.answer.set_result(report)

    def answer(self, question, value):
        self.questions.remove(question)
        question.answer.set_result(value)

    def report(self):
        if self.broken:
            return {"error": {"kind": "broken", "text": "its program has failed: " + self.broken}}
        self.sequence += 1
        report = {"sequence": self.sequence, "timers": [{"id": t.identifier, "at": rfc3339(t.at)} for t in self.timers],
                  "finished": self.finished, "results": self.results, "notes": self.notes}
        self.finished, self.results, self.notes = [], {}, []
        return report
