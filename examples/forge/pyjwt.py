#!/usr/bin/env python3
"""Lets `xcj forge` test PyJWT (Debian: python3-jwt, python3-cryptography).

    xcj forge --key public.pem --private private.pem @token.jwt --run 'python3 pyjwt.py public.pem RS256'

The token comes on standard input. The exit code is 0 if PyJWT accepts it. A third argument is the expected audience.
"""
import sys

import jwt

with open(sys.argv[1], "rb") as file:
    key = file.read()
audience = sys.argv[3] if len(sys.argv) > 3 else None
try:
    jwt.decode(sys.stdin.buffer.read(), key, algorithms=[sys.argv[2]], audience=audience)
except Exception as error:  # whatever it raises: the token is not accepted
    sys.exit(f"refused: {error}")
