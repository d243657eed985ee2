"""mint.py: libxcj from Python through ctypes: a token of the given claims, signed with a JWK.

    python3 mint.py PRIVATE.json '{"sub":"alice"}'
"""
import ctypes
import sys


class Error(ctypes.Structure):
    """xcj_error."""

    _fields_ = [
        ("code", ctypes.c_int),
        ("claims", ctypes.c_uint32),
        ("offset", ctypes.c_size_t),
        ("needed", ctypes.c_size_t),
        ("member", ctypes.c_char * 64),
        ("message", ctypes.c_char * 400),
        ("reserved", ctypes.c_uint64 * 4),
    ]


xcj = ctypes.CDLL("libxcj.so.0")
HANDLE, SIZE, TEXT, ERROR = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.POINTER(Error)
xcj.xcj_key_from_jwk.argtypes = [ctypes.POINTER(HANDLE), TEXT, SIZE, HANDLE, ERROR]
xcj.xcj_key_free.argtypes = [HANDLE]
xcj.xcj_minter_new.argtypes = [ctypes.POINTER(HANDLE), HANDLE, HANDLE, ERROR]
xcj.xcj_minter_free.argtypes = [HANDLE]
xcj.xcj_mint_claims_bound.argtypes = [HANDLE, SIZE, HANDLE]
xcj.xcj_mint_claims_bound.restype = SIZE
xcj.xcj_mint_claims.argtypes = [TEXT, SIZE, ctypes.POINTER(SIZE), HANDLE, TEXT, SIZE, HANDLE, HANDLE, ERROR]
xcj.xcj_code_name.argtypes = [ctypes.c_int]
xcj.xcj_code_name.restype = TEXT


def check(code, error):
    if code != 0:
        sys.exit(f"{xcj.xcj_code_name(code).decode()}: {error.message.decode()}")


class Minter:
    """A key, ready to sign."""

    def __init__(self, jwk):
        error, key = Error(), HANDLE()
        self.handle = HANDLE()
        check(xcj.xcj_key_from_jwk(key, jwk, len(jwk), None, error), error)
        code = xcj.xcj_minter_new(self.handle, key, None, error)
        xcj.xcj_key_free(key)  # the minter keeps what it needs
        check(code, error)

    def __del__(self):
        xcj.xcj_minter_free(self.handle)

    def mint(self, claims):
        error, length = Error(), SIZE()
        room = xcj.xcj_mint_claims_bound(self.handle, len(claims), None)
        token = ctypes.create_string_buffer(room)
        check(xcj.xcj_mint_claims(token, room, length, self.handle, claims, len(claims), None, None, error), error)
        return token.raw[: length.value].decode()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} PRIVATE.json CLAIMS")
    with open(sys.argv[1], "rb") as file:
        print(Minter(file.read()).mint(sys.argv[2].encode()))
