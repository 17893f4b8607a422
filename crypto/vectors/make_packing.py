#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes packing.json: packed meter-days and their sums, with Python's integers.

    python3 make_packing.py
"""

import hashlib
import json
import pathlib
import random

HERE = pathlib.Path(__file__).parent
SLOTS, SLOT_BITS, BYTES = 48, 56, 355


def pack(energy, nonce):
    return sum(value << SLOT_BITS * slot for slot, value in enumerate(energy)) + (nonce << SLOT_BITS * SLOTS)


def packed(energy, nonce):
    plaintext = pack(energy, nonce).to_bytes(BYTES, "big")
    return {
        "energy": energy,
        "nonce": nonce.to_bytes(16, "big").hex(),
        "plaintext": plaintext.hex(),
        "digest": hashlib.sha256(plaintext).hexdigest(),
    }


def main():
    dice = random.Random(20260301)
    top = 2**32 - 1
    days = [
        ([0] * SLOTS, 0),
        ([0] * SLOTS, 1),
        ([top] * SLOTS, 2**128 - 1),
        ([slot + 1 for slot in range(SLOTS)], 2**127 + 255),
        *(([dice.randrange(2**32) for _ in range(SLOTS)], dice.getrandbits(128)) for _ in range(4)),
    ]
    # Each day so often, up to 2^24 in all.
    times = [1, 2, 2**24 - 1_000_000, 3, 5, 7, 11, 13]
    total = sum(pack(*day) * count for day, count in zip(days, times))
    made = {
        "days": [packed(*day) for day in days],
        "times": times,
        "sum": total.to_bytes(BYTES, "big").hex(),
        "totals": [sum(day[0][slot] * count for day, count in zip(days, times)) for slot in range(SLOTS)],
    }
    (HERE / "packing.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
