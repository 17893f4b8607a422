#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Encrypts with python `phe` over `gmpy2`, once for each line it reads.

    python3 phe.py ENVIRONMENT

Makes a virtual environment in the folder ENVIRONMENT if there is none. Reads n in hexadecimal,
answers "ready", then answers each line with the nanoseconds that one encryption took.
"""

import os
import pathlib
import subprocess
import sys

PACKAGES = ["phe==1.5.0", "gmpy2==2.3.2"]


def enter(environment):
    """Runs this script again inside the virtual environment."""
    python = environment / "bin" / "python"
    stamp = environment / "packages"
    wanted = " ".join(PACKAGES)
    if not stamp.exists() or stamp.read_text() != wanted:
        try:
            subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, stdout=sys.stderr)
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True, stdout=sys.stderr)
        except subprocess.CalledProcessError:
            sys.exit("phe.py: cannot prepare its environment: run `apt-get install python3-venv`, check the network")
        stamp.write_text(wanted)
    os.environ["DMSM_BENCH_INSIDE"] = "1"
    os.execv(python, [str(python), __file__, str(environment)])


def main():
    if "DMSM_BENCH_INSIDE" not in os.environ:
        enter(pathlib.Path(sys.argv[1]))

    import secrets
    import time

    # This folder holds a file named like the package.
    sys.path.pop(0)
    from phe import paillier, util

    if not util.HAVE_GMP:
        sys.exit("phe.py: phe does not use gmpy2")
    n = int(sys.stdin.readline(), 16)
    public = paillier.PaillierPublicKey(n)
    print("ready", flush=True)
    for _ in sys.stdin:
        message = secrets.randbits(64)
        start = time.perf_counter_ns()
        public.raw_encrypt(message)
        print(time.perf_counter_ns() - start, flush=True)


if __name__ == "__main__":
    main()
