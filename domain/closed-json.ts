/** Deeper JSON is not closed: every open bracket is remembered. */
const MAX_DEPTH = 1_000;
const LAST_ESCAPE = /(\\+)(u[0-9a-fA-F]{0,3})?$/;

/**
 * Parses the beginning of a JSON text as if it ended there: an open text is closed, a value that is not complete is left out,
 * and open brackets are closed. Undefined: it is no beginning of a JSON text.
 */
export function closedJson(beginning: string): unknown {
  const end = endOf(beginning);
  if (end === undefined) return undefined;
  try {
    const kept = beginning.slice(0, end.at);
    return JSON.parse((end.inText ? withoutPartialEscape(kept) : kept) + end.closing);
  } catch {
    return undefined;
  }
}

/** An even number of backslashes stands for half as many, and escapes nothing. */
function withoutPartialEscape(text: string): string {
  const [whole = '', backslashes = ''] = LAST_ESCAPE.exec(text.slice(-4_096)) ?? [];
  return backslashes.length % 2 === 0 ? text : text.slice(0, text.length - whole.length + backslashes.length - 1);
}

interface End {
  readonly at: number;
  readonly inText: boolean;
  readonly closing: string;
}

/** The last place at which the text can be closed. */
function endOf(text: string): End | undefined {
  /** The brackets that close what is open, the innermost first. */
  let closing = '';
  /** Behind the last complete value, with the brackets that were open there. */
  let complete: End | undefined;
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    switch (character) {
      case '"': {
        const end = endOfText(text, at);
        if (end === undefined) {
          if (isKey) return complete;
          return { at: text.length, inText: true, closing: `"${closing}` };
        }
        at = end;
        if (!isKey) complete = { at: end + 1, inText: false, closing };
        break;
      }
      case '{':
      case '[':
        closing = (character === '{' ? '}' : ']') + closing;
        if (closing.length > MAX_DEPTH) return undefined;
        isKey = character === '{';
        complete = { at: at + 1, inText: false, closing };
        break;
      case '}':
      case ']':
        closing = closing.slice(1);
        isKey = false;
        complete = { at: at + 1, inText: false, closing };
        break;
      case ':':
        isKey = false;
        break;
      case ',':
        // A number or a word ends here, too.
        complete = { at, inText: false, closing };
        isKey = closing.startsWith('}');
        break;
    }
  }
  return complete;
}

/** The place of the quotation mark that ends the text which begins here. Undefined: it does not end. */
function endOfText(text: string, begin: number): number | undefined {
  for (let at = text.indexOf('"', begin + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return undefined;
}
