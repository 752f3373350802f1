"""The mail itself (RFC 5322, MIME). Written by hand: Python's email package draws boundaries by itself and has no file name in ASCII beside
one in another script, which old mail programs need."""

import base64
import datetime
import quopri
import re
import urllib.parse

from contract import Failed

ADDRESS = re.compile(r"(?!\.)[A-Za-z0-9!#$%&'*+\-./=?^_{|}~`]+@[A-Za-z0-9!#$%&'*+\-./=?^_{|}~`]+")
LINE, WORD = 76, 75  # octets of a header line with an encoded-word, and of such a word (RFC 2047 section 2)


def check(message, sender):
    """Refuses what no server would take, before anything is sent."""
    if not is_address(sender):
        raise Failed("SenderRefused")
    if not message["to"] or not all(is_address(to) for to in message["to"]):
        raise Failed("RecipientRefused")
    size = sum(len(base64.b64decode(a["data"])) for a in message.get("attachments") or [])
    if 0 < message.get("attachment_limit", 0) < size:
        raise Failed("TooLarge")


def is_address(text):
    return len(text) <= 255 and ADDRESS.fullmatch(text) is not None


def one_line(text):
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)


def field(name, words):
    """A header field, folded between words."""
    lines = [name + ":"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > LINE and lines[-1] != name + ":":
            lines.append("")
        lines[-1] += " " + word
    return "\r\n".join(lines) + "\r\n"


def phrase(name, text):
    """The words of a text: as they are, or as encoded-words of whole characters (RFC 2047)."""
    room = LINE - len(name) - 2
    words = text.split(" ")
    if text.isascii() and "=?" not in text and all(0 < len(word) <= room for word in words) or not text:
        return words
    encoded, word, room = [], "", min(room, WORD) - len("=?utf-8?q??=")
    for letter in text:
        plain = letter.isascii() and letter.isprintable() and letter not in " =?_"
        code = letter if plain else "_" if letter == " " else "".join("=%02X" % octet for octet in letter.encode())
        if len(word) + len(code) > room:
            encoded.append(word)
            word, room = "", WORD - len("=?utf-8?q??=")
        word += code
    return ["=?utf-8?q?" + word + "?=" for word in encoded + [word]]


def file_name(name):
    """A name under which Windows can save a file."""
    name = re.sub("[\\\\/:*?\"<>|\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufffd]", "_", one_line(name))
    name = name.rstrip(" .").lstrip(" ") or "file"
    if re.fullmatch(r"(CON|PRN|AUX|NUL|(COM|LPT)[0-9¹²³]) *(\..*)?", name, re.IGNORECASE):
        name = "_" + name
    return shortened(name, 255)


def shortened(name, limit):
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 15:
        stem, ending = name, ""
    rest = dot + ending if ending else ""
    while stem and len((stem + rest).encode("utf-16-le")) > 2 * limit:
        stem = stem[:-1]
    return stem.rstrip(" ") + rest


def disposition(name):
    """Content-Disposition: a name that is not ASCII stands in ASCII first, then as in RFC 2231, in pieces where it is long."""
    ascii_name = re.sub(r"[^\x00-\x7f]+", "_", name)
    stem, dot, ending = ascii_name.rpartition(".")
    if ascii_name != name and not (stem if dot else ascii_name).strip("_"):
        ascii_name = "file" + dot + (ending if dot else "")
    ascii_name = shortened(ascii_name, 60)
    parameters = ['filename="%s"' % ascii_name]
    if ascii_name != name:
        letters = [urllib.parse.quote(letter, safe="!#$&+.^`{|}~") for letter in name]
        whole = "filename*=UTF-8''" + "".join(letters)
        pieces = [whole] if len(whole) <= LINE - 2 else ["filename*0*=UTF-8''"]
        if pieces[0] != whole:
            for letter in letters:
                if len(pieces[-1]) + len(letter) > LINE - 2:
                    pieces.append("filename*%d*=" % len(pieces))
                pieces[-1] += letter
        parameters += pieces
    return "Content-Disposition: attachment;\r\n " + ";\r\n ".join(parameters) + "\r\n"


def compose(op, device, message, sender, host_name):
    zone = datetime.timezone(datetime.timedelta(seconds=device.offset_s))
    date = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(milliseconds=device.now_ms)
    identifier = op.random(16).hex() + "@" + (host_name or sender.split("@")[1])
    boundary = "mfp-" + op.random(16).hex()
    to = ["<%s>," % address for address in message["to"]]
    head = field("Date", [date.astimezone(zone).strftime("%a, %d %b %Y %H:%M:%S %z")]) + field("From", ["<%s>" % sender])
    head += field("To", to[:-1] + [to[-1][:-1]]) + field("Subject", phrase("Subject", one_line(message["subject"])))
    head += field("Message-ID", ["<" + identifier + ">"]) + field("MIME-Version", ["1.0"])
    head += field("Content-Type", ["multipart/mixed;", "boundary=" + boundary])
    if message.get("program"):
        head += field("X-Mailer", phrase("X-Mailer", one_line(message["program"])))
    text = quopri.encodestring(message["text"].replace("\r\n", "\n").encode()).replace(b"\n", b"\r\n").decode()
    parts = ["Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + text]
    for a in message.get("attachments") or []:
        data = a["data"]
        lines = "\r\n".join(data[at:at + 76] for at in range(0, len(data), 76))
        kind = one_line(a.get("type") or "application/octet-stream")
        parts.append("Content-Type: %s\r\n%sContent-Transfer-Encoding: base64\r\n\r\n%s" %
                     (kind, disposition(file_name(a["name"])), lines))
    body = "".join("--%s\r\n%s\r\n" % (boundary, part) for part in parts) + "--%s--\r\n" % boundary
    return identifier, (head + "\r\n" + body).encode()
