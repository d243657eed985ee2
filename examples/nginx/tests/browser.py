"""Drives the debugger page: browser.py PAGE FOLDER SCREENSHOTS. The folder has the tokens and keys that browser.sh made."""

import json
import os
import shutil
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

PAGE, FOLDER, SCREENSHOTS = sys.argv[1:4]
failures = 0


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def start():
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1200,1000",
                 "--disable-background-networking", "--no-first-run", "--user-data-dir=" + os.path.join(FOLDER, "profile")):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)


def check(name, wanted, found):
    global failures
    if wanted != found:
        failures += 1
        print(f"FAIL: {name}: wanted {wanted!r}, found {found!r}")


def text(identity):
    return browser.find_element(By.ID, identity).text


def put(identity, value):
    """As pasting does: the whole value at once, and one event."""
    browser.execute_script(
        "const area = document.getElementById(arguments[0]); area.value = arguments[1];"
        "area.dispatchEvent(new Event('input'))", identity, value)


def settled():
    """The verdict, when it is no longer that of a page that waits for keys."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        title = text("verdict-title")
        if title != "Not verified yet":
            return title
        time.sleep(0.05)
    return "the page waits for ever"


def judge(name, token, wanted, said=""):
    put("token", token)
    check(f"{name}, verdict", wanted, settled())
    words = text("verdict")
    check(f"{name}, {said!r} is said", True, said in words)
    state = browser.find_element(By.ID, "verdict").get_attribute("data-state")
    expected = {"Valid": "good", "Not verified": "unknown"}.get(wanted, "bad")
    check(f"{name}, colour", expected, state)
    return words


def picture(name):
    browser.save_screenshot(os.path.join(SCREENSHOTS, name + ".png"))


def check_layout():
    """What is shown of the token is what it says, digit for digit, and as text."""
    shown = text("claims")
    for words in ('"big": 12345678901234567890123', '"n": 1.10', '"x": "<b>&\\u0000</b>"'):
        check(f"claims, {words}", True, words in shown)
    check("no element made of a claim", 0, len(browser.find_elements(By.CSS_SELECTOR, "#claims b")))


def check_valid(tokens):
    judge("valid", tokens["valid"], "Valid")
    check("header", "gateway", json.loads(text("header"))["kid"])
    claims = json.loads(text("claims"))
    check("claims", "012345AZERTY!", claims["client_id"])
    check("lifetime", 1800, claims["exp"] - claims["iat"])
    times = text("times")
    check("times", True, "expires" in times and "in 29 minutes" in times and "UTC" in times)
    check("where the keys are from", True, text("keys-source").startswith("Fetched from http://localhost:"))
    picture("valid")
    judge("a whole header field", "X-Custom-Jwt: Bearer " + tokens["valid"] + "\n", "Valid")


def check_refused(tokens):
    judge("tampered", tokens["tampered"], "Invalid signature", "The token was changed, or another key signed it")
    picture("tampered")
    judge("expired", tokens["expired"], "Signature valid, token not", "It has expired: 20 hours ago.")
    picture("expired")
    judge("early", tokens["early"], "Signature valid, token not", "It is not valid yet: in ")
    judge("endless", tokens["endless"], "Signature valid, token not", "There is no exp")
    judge("stranger", tokens["stranger"], "Invalid signature")
    judge("none", tokens["none"], "Not verified", "does not verify the algorithm “none”")
    judge("elsewhere", tokens["elsewhere"], "Not verified", "is of another server")
    picture("elsewhere")
    judge("without jku", tokens["no-jku"], "Not verified", "no jku")
    judge("oct keys are not published", tokens["hmac"], "Not verified", "There is no key with the kid “HS256”")
    judge("two parts", "a.b", "Not a token", "three parts")
    judge("no JSON", "AAAA.AAAA.AAAA", "Not a token", "The header is not")
    judge("not base64url", "e30.e3=.AAAA", "Not a token", "The payload is not base64url")
    picture("garbage")


def check_pasted_keys(tokens):
    put("keys", read("rs-public.json"))
    judge("without jku, keys pasted", tokens["no-jku"], "Valid")
    check("pasted", "As pasted below.", text("keys-source"))
    judge("tampered, keys pasted", tokens["tampered"], "Invalid signature")
    put("keys", read("hmac.json"))
    judge("a secret pasted", tokens["hmac"], "Valid")
    put("keys", "{")
    judge("not keys", tokens["no-jku"], "Not verified", "The keys are not JSON")
    put("keys", "")


def check_narrow(tokens):
    browser.set_window_size(420, 1400)
    judge("narrow", tokens["valid"], "Valid")
    wide = browser.execute_script("return document.documentElement.scrollWidth > document.documentElement.clientWidth")
    check("narrow, nothing sticks out", False, wide)
    picture("narrow")


browser = start()
try:
    tokens = dict(line.split("\t") for line in read("tokens").splitlines())
    browser.get(PAGE)
    check("title", "JWT debugger", browser.title)
    check("at first", "No token yet", text("verdict-title"))
    picture("empty")
    check_valid(tokens)
    check_refused(tokens)
    for alg in ("PS384", "ES256", "ES512", "EdDSA"):
        judge(alg, tokens[alg], "Valid")
        check_layout()
    check_pasted_keys(tokens)
    put("token", "")
    check("nothing again", "No token yet", settled())
    check_narrow(tokens)
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map((entry) => new URL(entry.name).origin)")
    check("nothing from outside", [], [origin for origin in loaded if origin not in (PAGE.rsplit("/debugger", 1)[0], "null")])
    noise = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    check("the console", [], noise)
finally:
    browser.quit()
sys.exit(1 if failures else 0)
