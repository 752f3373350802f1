"""The record in flash: two slots, of which the newest whole one counts. A write never touches the newest record.

Secrets are sealed: a keystream of HMAC-SHA-256 and a tag of it (encrypt, then authenticate). Python's standard library has no AES; a
firmware takes its own AES-GCM.
"""

import base64
import hashlib
import hmac
import json

from contract import Failed

KEY = "record"  # of the value, with store: kv

SLOT = 512 << 10
MAGIC = b"MFPCORE1"
HEAD = len(MAGIC) + 8 + 4 + 32  # magic, generation, length, SHA-256


class Memory:
    def __init__(self, image, key):
        self.unlock(key)
        self.used = [self.extent(image[n * SLOT:(n + 1) * SLOT]) for n in range(2)]
        slots = [self.read(image[n * SLOT:(n + 1) * SLOT]) for n in range(2)]
        self.generation, self.newest, self.record, self.recovered = 0, 1, None, ""
        for number, slot in enumerate(slots):
            if slot and slot[0] > self.generation:
                self.generation, self.record = slot
                self.newest = number
        if self.record is None and not self.blank(image):
            self.recovered = "no slot of the memory holds a whole record"

    def unlock(self, key):
        self.sealing = hmac.digest(key, b"sealing", "sha256")
        self.tagging = hmac.digest(key, b"tagging", "sha256")

    @staticmethod
    def extent(slot):
        return len(slot.rstrip(b"\xff\x00\n"))

    @staticmethod
    def blank(image):
        """Nothing was ever stored, or the first write of all was torn."""
        return not image.strip(b"\xff\x00\n") or MAGIC.startswith(image[:8]) or (
            image[:8] == MAGIC and image[8:16] in (b"\xff" * 8, (1).to_bytes(8, "big")) and not image[SLOT:].strip(b"\xff\x00"))

    @staticmethod
    def read(slot):
        if slot[:8] != MAGIC:
            return None
        generation, length = int.from_bytes(slot[8:16], "big"), int.from_bytes(slot[16:20], "big")
        data = slot[HEAD:HEAD + length]
        if len(data) != length or hashlib.sha256(slot[8:20] + data).digest() != slot[20:HEAD]:
            return None
        return generation, json.loads(data)

    def save(self, op, make, replace=False):
        """Stores the record that make(op) gives. replace: nothing of the record before is left."""
        yield from self.write(op, make(op))
        if replace:
            try:
                yield from self.write(op, make(op))
            except Failed:
                raise Failed("NotErased", stage="store")

    def write(self, op, record):
        data = json.dumps(record).encode()
        slot = 1 - self.newest
        head = (self.generation + 1).to_bytes(8, "big") + len(data).to_bytes(4, "big")
        whole = MAGIC + head + hashlib.sha256(head + data).digest() + data
        if len(whole) > SLOT:
            raise Failed("StorageFailed", stage="store")
        padded = whole.ljust(self.used[slot], b"\xff")
        event = yield {"do": "store", "at": slot * SLOT, "data": base64.b64encode(padded).decode()}
        if event["event"] != "stored":
            raise Failed("StorageFailed", stage="store")
        self.generation, self.newest, self.used[slot] = self.generation + 1, slot, len(padded)

    def keystream(self, nonce, count):
        blocks = (hmac.digest(self.sealing, nonce + n.to_bytes(4, "big"), "sha256") for n in range(count // 32 + 1))
        return b"".join(blocks)[:count]

    def seal(self, op, text, place):
        if not text:
            return ""
        nonce, plain = op.random(16), text.encode()
        cipher = bytes(a ^ b for a, b in zip(plain, self.keystream(nonce, len(plain))))
        tag = hmac.digest(self.tagging, place.encode() + b"\0" + nonce + cipher, "sha256")
        return base64.b64encode(nonce + cipher + tag).decode()

    def open(self, sealed, place):
        if not sealed:
            return ""
        raw = base64.b64decode(sealed)
        nonce, cipher, tag = raw[:16], raw[16:-32], raw[-32:]
        if not hmac.compare_digest(tag, hmac.digest(self.tagging, place.encode() + b"\0" + nonce + cipher, "sha256")):
            return None
        return bytes(a ^ b for a, b in zip(cipher, self.keystream(nonce, len(cipher)))).decode()


class Values(Memory):
    """The record as one value of the platform's store, which is never torn."""

    def __init__(self, entries, key):
        self.unlock(key)
        self.record, self.recovered = json.loads(base64.b64decode(entries[KEY])) if KEY in entries else None, ""

    def save(self, op, make, replace=False):
        data = base64.b64encode(json.dumps(make(op)).encode()).decode()
        event = yield {"do": "store", "key": KEY, "data": data, "erase": replace}
        if event["event"] != "stored":
            raise Failed(event["error"], stage="store")
