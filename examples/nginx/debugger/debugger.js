"use strict";

// What WebCrypto calls the algorithms of RFC 7518 and RFC 8037. A curve or hash is part of the name: a key of another one
// is not imported.
const ALGORITHMS = {
  RS256: { kty: "RSA", key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } },
  RS384: { kty: "RSA", key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" } },
  RS512: { kty: "RSA", key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" } },
  PS256: { kty: "RSA", key: { name: "RSA-PSS", hash: "SHA-256" }, use: { saltLength: 32 } },
  PS384: { kty: "RSA", key: { name: "RSA-PSS", hash: "SHA-384" }, use: { saltLength: 48 } },
  PS512: { kty: "RSA", key: { name: "RSA-PSS", hash: "SHA-512" }, use: { saltLength: 64 } },
  ES256: { kty: "EC", key: { name: "ECDSA", namedCurve: "P-256" }, use: { hash: "SHA-256" } },
  ES384: { kty: "EC", key: { name: "ECDSA", namedCurve: "P-384" }, use: { hash: "SHA-384" } },
  ES512: { kty: "EC", key: { name: "ECDSA", namedCurve: "P-521" }, use: { hash: "SHA-512" } },
  EdDSA: { kty: "OKP", key: { name: "Ed25519" } },
  Ed25519: { kty: "OKP", key: { name: "Ed25519" } },
  HS256: { kty: "oct", key: { name: "HMAC", hash: "SHA-256" } },
  HS384: { kty: "oct", key: { name: "HMAC", hash: "SHA-384" } },
  HS512: { kty: "oct", key: { name: "HMAC", hash: "SHA-512" } },
};

const element = (id) => document.getElementById(id);
let round = 0; // an answer that comes late, to a token that is no longer there, is dropped

// A reason that is for the reader.
class Fault extends Error {}

function bytesOf(part, what) {
  if (!/^[A-Za-z0-9_-]*$/.test(part) || part.length % 4 === 1) {
    throw new Fault(`The ${what} is not base64url.`);
  }
  const text = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

function jsonOf(part, what) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(part, what));
  } catch (error) {
    throw error instanceof Fault ? error : new Fault(`The ${what} is not UTF-8.`);
  }
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    throw new Fault(`The ${what} is not JSON.`);
  }
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// Also out of a whole header field, or what curl prints of one.
function tokenIn(text) {
  return text.trim().replace(/^[!-9;-~]+:\s*/, "").replace(/^Bearer\s+/i, "").replace(/\s+/g, "");
}

function takeApart(token) {
  const parts = token.split(".");
  if (parts.length !== 3) {
    throw new Fault(`A token has three parts between dots; this has ${parts.length}.`);
  }
  const header = jsonOf(parts[0], "header");
  if (!isObject(header.value)) {
    throw new Fault("The header is not a JSON object.");
  }
  return { header, payload: parts[1], signature: parts[2], input: `${parts[0]}.${parts[1]}` };
}

// The JSON as the token has it, laid out anew: numbers keep their digits, members their order.
function layOut(target, text) {
  const words = text.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g) ?? [];
  const out = document.createDocumentFragment();
  let depth = 0;
  const line = () => out.append("\n" + "  ".repeat(depth));
  words.forEach((word, i) => {
    if (word === "{" || word === "[") {
      out.append(word);
      depth++;
      if (words[i + 1] !== "}" && words[i + 1] !== "]") line();
    } else if (word === "}" || word === "]") {
      depth--;
      if (words[i - 1] !== "{" && words[i - 1] !== "[") line();
      out.append(word);
    } else if (word === ",") {
      out.append(word);
      line();
    } else if (word === ":") {
      out.append(": ");
    } else {
      const span = document.createElement("span");
      span.textContent = word;
      span.className = word[0] !== '"' ? "number" : words[i + 1] === ":" ? "name" : "string";
      out.append(span);
    }
  });
  target.replaceChildren(out);
}

function distance(seconds) {
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const size = Math.abs(seconds);
  const [unit, length] = units.find(([, length]) => size >= length) ?? units[3];
  const count = Math.floor(size / length);
  const text = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

function showTimes(claims, now) {
  const rows = [["iat", "issued at"], ["nbf", "not before"], ["exp", "expires"]]
    .filter(([name]) => Object.hasOwn(claims, name))
    .map(([name, meaning]) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      const cell = document.createElement("td");
      head.textContent = `${name} (${meaning})`;
      const date = new Date(Number(claims[name]) * 1000);
      const readable = typeof claims[name] === "number" && !Number.isNaN(date.getTime());
      cell.textContent = readable ? date.toISOString().replace("T", " ").replace(/\.000Z$/, " UTC") : "not a time";
      if (readable) {
        const away = document.createElement("small");
        away.textContent = distance(Math.trunc(claims[name] - now));
        away.className = name === "exp" && claims[name] <= now ? "past" : "";
        cell.append(away);
      }
      row.append(head, cell);
      return row;
    });
  element("times").replaceChildren(...rows);
}

// RFC 7519 4.1.4 and 4.1.5. What is wrong with the times, a sentence each.
function timeFaults(claims, now) {
  const faults = [];
  for (const name of ["exp", "nbf", "iat"]) {
    if (Object.hasOwn(claims, name) && typeof claims[name] !== "number") {
      faults.push(`${name} is not a number.`);
    }
  }
  if (!Object.hasOwn(claims, "exp")) {
    faults.push("There is no exp: the token never expires.");
  } else if (claims.exp <= now) {
    faults.push(`It has expired: ${distance(Math.trunc(claims.exp - now))}.`);
  }
  if (claims.nbf > now) {
    faults.push(`It is not valid yet: ${distance(Math.ceil(claims.nbf - now))}.`);
  }
  return faults;
}

async function fetchKeys(jku) {
  let url;
  try {
    url = new URL(jku);
  } catch {
    throw new Fault("The token's jku is not a URL. Paste its keys below.");
  }
  if (url.origin !== location.origin) {
    throw new Fault(`The token's jku is of another server (${url.origin}), and is not asked. Paste its keys below.`);
  }
  let answer;
  try {
    answer = await fetch(url, { credentials: "omit", redirect: "error", cache: "no-cache" });
  } catch {
    throw new Fault(`The keys could not be fetched from ${url}.`);
  }
  if (!answer.ok) {
    throw new Fault(`The keys could not be fetched from ${url}: status ${answer.status}.`);
  }
  return { text: await answer.text(), source: `Fetched from ${url}` };
}

async function keysFor(header) {
  const pasted = element("keys").value.trim();
  if (pasted !== "") {
    return { text: pasted, source: "As pasted below." };
  }
  if (typeof header.jku !== "string") {
    throw new Fault("The token has no jku that says where its keys are. Paste them below.");
  }
  return fetchKeys(header.jku);
}

function pickKey(text, header, algorithm) {
  let set;
  try {
    set = JSON.parse(text);
  } catch {
    throw new Fault("The keys are not JSON.");
  }
  const keys = Array.isArray(set?.keys) ? set.keys.filter(isObject) : isObject(set) ? [set] : [];
  const fitting = keys.filter((key) => key.kty === algorithm.kty
    && (key.alg === undefined || key.alg === header.alg) && (key.use === undefined || key.use === "sig")
    && (keys.length === 1 && !Array.isArray(set.keys) || header.kid === undefined || key.kid === header.kid));
  if (fitting.length !== 1) {
    const wanted = header.kid === undefined ? `for ${header.alg}` : `with the kid “${header.kid}” for ${header.alg}`;
    throw new Fault(fitting.length === 0 ? `There is no key ${wanted}.` : `There is more than one key ${wanted}.`);
  }
  return fitting[0];
}

async function signatureHolds(token, key, algorithm) {
  const { kty, n, e, crv, x, y, k } = key; // never a private member
  let imported;
  try {
    imported = await crypto.subtle.importKey("jwk", { kty, n, e, crv, x, y, k }, algorithm.key, false, ["verify"]);
  } catch {
    throw new Fault("This browser cannot use the key: it is malformed, or of a kind that it does not know.");
  }
  const signature = bytesOf(token.signature, "signature");
  const input = new TextEncoder().encode(token.input);
  return crypto.subtle.verify({ ...algorithm.key, ...algorithm.use }, imported, signature, input);
}

async function verify(token) {
  const header = token.header.value;
  const algorithm = Object.hasOwn(ALGORITHMS, header.alg) ? ALGORITHMS[header.alg] : undefined;
  if (algorithm === undefined) {
    throw new Fault(`This page does not verify the algorithm “${header.alg}”.`);
  }
  if (header.crit !== undefined) {
    throw new Fault("The token has critical extensions (crit), which this page does not know.");
  }
  if (crypto.subtle === undefined) {
    throw new Fault("The browser verifies on https:// and localhost only.");
  }
  const keys = await keysFor(header);
  return { holds: await signatureHolds(token, pickKey(keys.text, header, algorithm), algorithm), source: keys.source };
}

function say(state, title, text, findings = []) {
  element("verdict").dataset.state = state;
  element("verdict-title").textContent = title;
  element("verdict-text").textContent = text;
  element("findings").replaceChildren(...findings.map((finding) => {
    const item = document.createElement("li");
    item.textContent = finding;
    return item;
  }));
}

function clear() {
  for (const id of ["header", "claims", "times"]) {
    element(id).replaceChildren();
  }
  element("keys-source").textContent = "They are fetched from the token's jku when it is of this server.";
}

function judge(result, faults) {
  if (!result.holds) {
    say("bad", "Invalid signature", "The token was changed, or another key signed it. Do not believe its claims.");
  } else if (faults.length > 0) {
    say("bad", "Signature valid, token not", "The signature holds, and yet the token is not to be accepted.", faults);
  } else {
    say("good", "Valid", "The signature holds, and the times are right. Issuer and audience are yours to compare.");
  }
}

// Shows what can be shown, then says whether it is to be believed.
async function look() {
  const mine = ++round;
  clear();
  const text = tokenIn(element("token").value);
  if (text === "") {
    say("empty", "No token yet", "Paste one above.");
    return;
  }
  try {
    const token = takeApart(text);
    layOut(element("header"), token.header.text);
    const payload = jsonOf(token.payload, "payload");
    layOut(element("claims"), payload.text);
    if (!isObject(payload.value)) {
      throw new Fault("The claims are not a JSON object.");
    }
    const now = Date.now() / 1000;
    showTimes(payload.value, now);
    say("unknown", "Not verified yet", "Looking for the keys…");
    const result = await verify(token);
    if (mine === round) {
      element("keys-source").textContent = result.source;
      judge(result, timeFaults(payload.value, now));
    }
  } catch (error) {
    if (mine === round) {
      say(element("claims").textContent === "" ? "bad" : "unknown",
        element("claims").textContent === "" ? "Not a token" : "Not verified",
        error instanceof Fault ? error.message : "Something unexpected went wrong.");
    }
  }
}

element("token").addEventListener("input", look);
element("keys").addEventListener("input", look);
look();
