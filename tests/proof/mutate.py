#!/usr/bin/env python3
"""Changes the library in one place at a time and shows that a test fails for each change. See tests/mutate.sh.

A mutant is one of: a comparison flipped, "and" for "or", a check that never finds anything, a call whose verdict is
replaced by "good", a constant changed. What survives is compared with survivors.txt, which gives the reason for each.
"""
import argparse
import glob
import os
import random
import re
import shlex
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REASONS = os.path.join(ROOT, "tests/proof/survivors.txt")
FILES = """lib/token/verify.c lib/token/compact.c lib/token/header.c lib/token/header_write.c lib/token/header_members.c
           lib/token/signing.c lib/token/jws.c lib/token/signature.c lib/token/verification.c lib/token/early_claim.c
           lib/token/key_choice.c lib/token/issuers.c lib/token/policy.c lib/token/claim_checks.c lib/token/header_cache.c
           lib/key/alg.c lib/key/key_check.c lib/key/key_import.c lib/key/jwk.c""".split()
# What races or draws lots (threads), counts instructions, or takes a minute is not for a thousand runs.
SLOW = {"test_threads", "test_memory", "conform_command", "conform_forged"}
FLIPS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&",
         "true": "false", "false": "true"}
TOKENS = re.compile(r"""(?P<flip>&&|\|\||[=!<>]=|(?<![<>-])[<>](?![<>=])|\b(?:true|false)\b)
                      |(?P<check>\bif\s*(?=\())
                      |(?P<verdict>\bcode\s*=\s*(?=xcj__?[a-z0-9_]+\(|[a-z_]+\()|\breturn\s+(?=(?:check|fits)_[a-z_]+\())
                      |(?P<error>\bXCJ_ERR_[A-Z_]+\b)
                      |(?P<number>(?<![\w.])(?:0x[0-9a-f]+|\d+)(?=[uUlL]*\b))""", re.X)
NAME = re.compile(r'"([A-Za-z0-9_-]{1,16})"')


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def code_only(text):
    """The text with comments, literals and preprocessor lines other than definitions blanked, offsets kept. A buffer on the
    stack that grows when it is too small may have any size: neither ..._STORAGE nor what is in storage[] is to change."""
    text = re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', blank, text, flags=re.S)
    return re.sub(r"^#(?!define).*$|^#define \w+_STORAGE .*$|\bstorage\[[^]]*\];", blank, text, flags=re.M)


def balanced(text, at):
    """The offset behind the parenthesis that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i + 1
    raise ValueError("unbalanced")


def edits(text):
    """(from, to, replacement) of every mutant of this text."""
    code = code_only(text)
    for match in TOKENS.finditer(code):
        kind, at, end = match.lastgroup, match.start(), match.end()
        word = match.group(0)
        if kind == "flip":
            yield at, end, FLIPS[word]
        elif kind == "check":
            yield end, balanced(code, end), "(0)"
        elif kind == "verdict":
            behind = balanced(code, code.index("(", end))
            if code[behind] == ";":
                yield end, behind, "XCJ_OK"
        elif kind == "error":
            yield at, end, "XCJ_ERR_CRYPTO" if word != "XCJ_ERR_CRYPTO" else "XCJ_ERR_RANDOM"
        elif not code.startswith("NULL, ", at - 6): # the length of what is absent is never looked at
            yield at, end, str(int(word, 0) + 1)
    bare = re.sub(r"/\*.*?\*/|^#(?!define).*$", blank, text, flags=re.S | re.M)
    for match in NAME.finditer(bare):
        yield match.start(1), match.start(1) + 1, "Q"


def line_at(text, at):
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start:end].strip()


def mutants(path):
    """(key, whole mutated text); the key is stable when lines move: file, line before, line after."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        text = file.read()
    seen = {}
    for start, end, replacement in sorted(edits(text)):
        changed = text[:start] + replacement + text[end:]
        after = line_at(changed, start) if "\n" not in text[start:end] else line_at(changed, start) + " ..."
        key = (path, line_at(text, start), after)
        seen[key] = seen.get(key, 0) + 1
        yield key + (seen[key],), changed


class Bench:
    """A library of all objects with every symbol in sight, and the tests linked to it once."""

    def __init__(self, folder, compiler):
        self.folder = folder
        self.cc = shlex.split(compiler)
        self.tests = {}
        self.kills = {}
        os.makedirs(folder, exist_ok=True)
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "check", "jansson", "libcrypto"], check=True,
                               capture_output=True, text=True).stdout.split()
        self.compile_flags = ["-std=gnu11", "-O0", "-w", "-fPIC", "-I" + ROOT, "-I" + ROOT + "/include",
                              "-I" + ROOT + "/tests", '-DXCJ_VERSION="0"', '-DXCJ_TESTS_DIR="%s/tests"' % ROOT,
                              '-DXCJ_SHARED_DIR="%s/../shared"' % ROOT]
        self.libs = flags

    def run(self, *command):
        return subprocess.run(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def object(self, path):
        return path.replace("/", "_") + ".o"

    def compile(self, source, path):
        return self.run(*self.cc, *self.compile_flags, "-c", source, "-o", self.object(path)) == 0

    def link(self):
        return self.run(*self.cc, "-shared", "-o", "libxcj_mutant.so", *sorted(self.objects), "-lcrypto") == 0

    def prepare(self):
        paths = [os.path.relpath(p, ROOT) for p in glob.glob(ROOT + "/lib/*/*.c") if "/bridge/" not in p]
        self.objects = [self.object(p) for p in paths]
        if not all(self.compile(os.path.join(ROOT, p), p) for p in paths) or not self.link():
            sys.exit("the library does not build")
        helpers = [ROOT + "/tests/conformance/" + n for n in ("conform.c", "case.c", "keys.c", "maker.c")]
        for source in sorted(glob.glob(ROOT + "/tests/test_*.c")):
            self.add(os.path.basename(source)[:-2], [source], [])
        sets = ROOT + "/tests/vectors/"
        shared = ROOT + "/../shared/vectors/"
        for name, given in (("adversarial", [sets + "adversarial.jsonl", sets + "interop.jsonl"]),
                            ("convert", [sets + "convert.json"]), ("self_made", []), ("confusion", []), ("forged", []),
                            ("forms", []), ("wycheproof", [shared + "wycheproof"]), ("rfc", [shared + "rfc.json"]),
                            ("rfc7520", [shared + "rfc7520"]), ("kong", [shared + "kong"])):
            self.add("conform_" + name, [ROOT + "/tests/conformance/" + name + ".c"] + helpers, given)

    def add(self, name, sources, given):
        if name in SLOW:
            return
        if self.run(*self.cc, *self.compile_flags, *sources, "-o", name, "-L.", "-lxcj_mutant", "-Wl,-rpath," + self.folder,
                    *self.libs, "-lpthread") != 0:
            return # for OpenSSL's symbols or a library that is not part of this
        self.tests[name] = (given, 10.0)
        began = time.monotonic()
        if self.fails(name):
            del self.tests[name] # it skips, or needs what is not here
            return
        self.tests[name] = (given, time.monotonic() - began)

    def fails(self, name):
        given, takes = self.tests[name]
        try:
            return subprocess.run([os.path.join(self.folder, name)] + given, cwd=self.folder, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=10 + 10 * takes,
                                  env=dict(os.environ, CK_FORK="no")).returncode != 0
        except subprocess.TimeoutExpired:
            return True

    def killer(self, path):
        """The first test that fails; first those that killed most mutants of this file for the time they take."""
        kills = self.kills.setdefault(path, {})
        for name in sorted(self.tests, key=lambda n: -(kills.get(n, 0) + 0.2) / self.tests[n][1]):
            if self.fails(name):
                kills[name] = kills.get(name, 0) + 1
                return name
        return None

    def try_mutant(self, path, text):
        """The name of the killer, "compiler" where it does not build, or None."""
        source = os.path.join(self.folder, "mutant.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        if not self.compile(source, path) or not self.link():
            return "compiler"
        return self.killer(path)

    def restore(self, path):
        self.compile(os.path.join(ROOT, path), path)


def read_reasons():
    """{(file, before, after): reason} of survivors.txt; a reason is for all the mutants above it."""
    reasons, path, before, group = {}, None, None, []
    if not os.path.exists(REASONS):
        return reasons
    for line in open(REASONS, encoding="utf-8"):
        mark, rest = line[:2], line[2:].strip()
        if line.startswith("lib/"):
            path = line.strip()
        elif mark == "- ":
            before = rest
        elif mark == "+ ":
            group.append((path, before, rest))
        elif mark == "= ":
            reasons.update({key: rest for key in group})
            group = []
    return reasons


def read_results(path):
    results = {}
    if os.path.exists(path):
        for line in open(path, encoding="utf-8"):
            *key, number, killer = line.rstrip("\n").split("\t")
            results[tuple(key) + (int(number),)] = killer
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True, help="where to build, and where results.txt lets a run be resumed")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="only each N-th mutant, chosen by chance")
    parser.add_argument("--before", default="", metavar="COMMAND", help="run before each mutant, to wait for instance")
    parser.add_argument("--minutes", type=float, default=0, help="stop after that time; a later run goes on")
    parser.add_argument("--list", action="store_true", help="only count them")
    parser.add_argument("files", nargs="*", default=FILES)
    given = parser.parse_args()
    folder = os.path.abspath(given.folder)
    os.makedirs(folder, exist_ok=True)
    results_path = os.path.join(folder, "results.txt")
    results = read_results(results_path)
    every = [(key, text) for path in given.files for key, text in mutants(path)]
    wanted = [m for m in every if m[0] not in results]
    if given.sample > 1:
        wanted = random.sample(wanted, len(wanted) // given.sample)
    print("%d mutants, %d tried before, %d to try" % (len(every), len(every) - len([m for m in every if m[0] not in results]),
                                                      len(wanted)), flush=True)
    if given.list:
        return 0
    bench = Bench(folder, os.environ.get("CC", "cc"))
    if wanted:
        bench.prepare()
        print("%d test programs" % len(bench.tests), flush=True)
    end = time.monotonic() + given.minutes * 60 if given.minutes else None
    last = None
    with open(results_path, "a", encoding="utf-8") as log:
        for key, text in wanted:
            if end is not None and time.monotonic() > end:
                break
            if given.before:
                subprocess.run(given.before, shell=True)
            if last is not None and last != key[0]:
                bench.restore(last)
            last = key[0]
            results[key] = bench.try_mutant(key[0], text) or "-"
            log.write("\t".join(map(str, key)) + "\t" + results[key] + "\n")
            log.flush()
    return verdict(every, results)


def verdict(every, results):
    tried = {m[0]: results[m[0]] for m in every if m[0] in results}
    survivors = {key[:3] for key, killer in tried.items() if killer == "-"}
    reasons = read_reasons()
    built = [killer for killer in tried.values() if killer != "compiler"]
    print("%d tried: %d do not compile, %d killed, %d survive" %
          (len(tried), len(tried) - len(built), len(built) - built.count("-"), built.count("-")))
    new = sorted(survivors - set(reasons))
    # A reason is stale if its mutant is gone or was killed. This run knows nothing about files that it was not asked to mutate.
    known = {m[0][:3] for m in every}
    files = {path for path, _, _ in known}
    stale = [key for key in sorted(reasons) if key[0] in files and (key not in known or (key not in survivors and
             any(t[:3] == key for t in tried)))]
    for path, before, after in new:
        print("survives: %s\n    - %s\n    + %s" % (path, before, after))
    for path, before, after in stale:
        print("has a reason and needs none: %s\n    - %s\n    + %s" % (path, before, after))
    return 1 if new or stale else 0


sys.exit(main())
