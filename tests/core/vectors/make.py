#!/usr/bin/env python3
"""Known answers for the signature scheme, computed by Python's hmac and hashlib and by nothing else.

    python3 tests/core/vectors/make.py           writes scheme.json beside this file
    python3 tests/core/vectors/make.py --check   exits with 1 when scheme.json is not what would be written

v1 = hex(HMAC-SHA256(key = the whole secret, message = t + "." + body))

Secrets and bodies are given as {"text": ...} in UTF-8, as {"hex": ...}, or, where they are long, as
{"repeated": [start, text, times, end]}: the start, then the text so many times, then the end.
"event" is the id of the event that the body is, or null where the body is signed rightly and is no event.
"""

import hashlib
import hmac
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
FILE = HERE / "scheme.json"

PLAIN = {"text": "whsec_5f2b8c1d9e7a4036"}
EVENT = {"text": '{"id":"evt_1","type":"charge.succeeded","data":{"object":{"amount":1999}}}'}
PRETTY = {"text": '{\r\n  "id": "evt_2",\r\n  "type": "charge.refunded",\r\n  "data": { }\r\n}\r\n'}
UNICODE = {"text": '{"id":"evt_ü","type":"charge.succeeded","name":"Zoë 😀 日本\u2028"}'}
ESCAPED = {"text": '{"id":"evt_\\u00fc","type":"charge.succeeded","name":"Zo\\u00eb \\ud83d\\ude00"}'}
LONG = {"repeated": ['{"id":"evt_long","type":"invoice.payment_failed","note":"', "0123456789abcdef", 6400, '"}']}
LONG_UNICODE = {"repeated": ['{"id":"evt_wide","type":"x","note":"', "é日😀", 999, '"}']}


def repeated(text, times):
    return {"repeated": ["", text, times, ""]}


# name, secret, t, body, event
ROWS = [
    ("an event", PLAIN, 1700000000, EVENT, "evt_1"),
    ("an event a second later", PLAIN, 1700000001, EVENT, "evt_1"),
    ("t of one digit", PLAIN, 0, EVENT, "evt_1"),
    ("t of one", PLAIN, 1, EVENT, "evt_1"),
    ("t past 32 bits signed", PLAIN, 2147483648, EVENT, "evt_1"),
    ("t past 32 bits unsigned", PLAIN, 4294967296, EVENT, "evt_1"),
    ("t in the year 9999", PLAIN, 253402300799, EVENT, "evt_1"),
    ("secret of one byte", {"text": "k"}, 1700000000, EVENT, "evt_1"),
    ("secret without prefix", {"text": "5f2b8c1d9e7a4036"}, 1700000000, EVENT, "evt_1"),
    ("secret that is base64", {"text": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=="}, 1700000000, EVENT, "evt_1"),
    ("secret that is hex", {"text": "736563726574"}, 1700000000, EVENT, "evt_1"),
    ("secret of the prefix alone", {"text": "whsec_"}, 1700000000, EVENT, "evt_1"),
    ("secret in upper case", {"text": "WHSEC_5F2B8C1D9E7A4036"}, 1700000000, EVENT, "evt_1"),
    ("secret with white space", {"text": " spaced\tout\r\n"}, 1700000000, EVENT, "evt_1"),
    ("secret in unicode", {"text": "schlüssel-鍵-🔑"}, 1700000000, EVENT, "evt_1"),
    ("secret that is not UTF-8", {"hex": "fffe80c0af00"}, 1700000000, EVENT, "evt_1"),
    ("secret of NULs in front", {"hex": "0000616263"}, 1700000000, EVENT, "evt_1"),
    ("secret of every byte", {"hex": bytes(range(256)).hex()}, 1700000000, EVENT, "evt_1"),
    ("secret of 63 bytes", repeated("a", 63), 1700000000, EVENT, "evt_1"),
    ("secret of 64 bytes", repeated("a", 64), 1700000000, EVENT, "evt_1"),
    ("secret of 65 bytes", repeated("a", 65), 1700000000, EVENT, "evt_1"),
    ("secret of 131 bytes", repeated("b", 131), 1700000000, EVENT, "evt_1"),
    ("secret of 4096 bytes", repeated("key-", 1024), 1700000000, EVENT, "evt_1"),
    ("body with line breaks", PLAIN, 1700000000, PRETTY, "evt_2"),
    ("body in unicode", PLAIN, 1700000000, UNICODE, "evt_ü"),
    ("the same body escaped", PLAIN, 1700000000, ESCAPED, "evt_ü"),
    ("body of 100 KiB", PLAIN, 1700000000, LONG, "evt_long"),
    ("body of many characters", {"text": "schlüssel"}, 1712345678, LONG_UNICODE, "evt_wide"),
    ("body that is empty", PLAIN, 1700000000, {"text": ""}, None),
    ("body that is an empty object", PLAIN, 1700000000, {"text": "{}"}, None),
    ("body that begins with digits", PLAIN, 1700000000, {"text": "0.{}"}, None),
    ("body that is not UTF-8", PLAIN, 1700000000, {"hex": "7b226964223a22ff227d"}, None),
    ("body of NULs", PLAIN, 1700000000, {"hex": "00" * 64}, None),
    ("body of no text at all", {"hex": "00ff" * 40}, 1, {"hex": bytes(range(255, -1, -1)).hex()}, None),
]


def data(given):
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    if "text" in given:
        return given["text"].encode("utf-8")
    start, text, times, end = given["repeated"]
    return (start + text * times + end).encode("utf-8")


def vector(name, secret, t, body, event):
    message = str(t).encode("ascii") + b"." + data(body)
    v1 = hmac.new(data(secret), message, hashlib.sha256).hexdigest()
    return {"name": name, "secret": secret, "t": t, "body": body, "event": event, "v1": v1}


def main():
    text = json.dumps([vector(*row) for row in ROWS], indent=1, ensure_ascii=True) + "\n"
    if "--check" in sys.argv[1:]:
        sys.exit(0 if FILE.read_text("ascii") == text else f"{FILE.name} is not what {pathlib.Path(__file__).name} writes")
    FILE.write_text(text, "ascii")


if __name__ == "__main__":
    main()
