// A body as text: indented, as received, or as bytes.

// What a browser shows without delay.
const MAX_TEXT = 1 << 20;
const MAX_BYTES = 1 << 14;

/** The text that shows these bytes. */
export function shown(bytes, view) {
  if (bytes.length === 0) return "(empty)";
  if (view === "bytes") return hex(bytes);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return hex(bytes);
  }
  if (view === "pretty" && isJson(text)) text = indented(text);
  const visible = printable(text.slice(0, MAX_TEXT));
  return text.length > MAX_TEXT ? `${visible}\n… ${bytes.length} bytes in all` : visible;
}

/** Escapes what could make a text look like another one: changes of the writing direction, and
 * control characters other than line breaks and tabs. */
export function printable(text) {
  return text.replace(
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u{${character.codePointAt(0).toString(16)}}`,
  );
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// Changes white space only: numbers and escapes stay as they were sent.
function indented(json) {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let text = "";
  tokens.forEach((token, index) => {
    const isEmpty = tokens[index - 1] === "{" || tokens[index - 1] === "[";
    if (token === "{" || token === "[") {
      depth += 1;
      const next = tokens[index + 1];
      text += next === "}" || next === "]" ? token : token + line();
    } else if (token === "}" || token === "]") {
      depth -= 1;
      text += isEmpty ? token : line() + token;
    } else if (token === ",") {
      text += token + line();
    } else {
      text += token === ":" ? ": " : token;
    }
  });
  return text;
}

function hex(bytes) {
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, MAX_BYTES); at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${digits.padEnd(47)}  ${text}`);
  }
  if (bytes.length > MAX_BYTES) lines.push(`… ${bytes.length} bytes in all`);
  return lines.join("\n");
}
