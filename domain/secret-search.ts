import { escapesOf, MOST_ESCAPED_CHARACTERS, mayBeEscapedIn, secretForms, secretParts } from './secret-forms.ts';

/** So many characters are searched at once: some 10 ms for the worst of secrets. */
const WINDOW_CHARACTERS = 65_536;
/** The event loop is given to others after so much work. */
const SLICE_MS = 10;
/** A text of eight megabytes and thirty secrets take a third of a second. Whatever takes longer was made for that. */
const MOST_MS = 3_000;
const MOST_FOUND = 100_000;

export interface SearchPace {
  /** Resolves when others had their turn. */
  readonly turn: () => Promise<unknown>;
  readonly nowMs: () => number;
}

/**
 * Replaces secrets as `withoutSecretForms` does, in texts of any length, and leaves the event loop to others meanwhile.
 * @returns undefined when it takes too long
 */
export async function withoutSecretsInTurns(
  text: string,
  secrets: readonly string[],
  by: string,
  { turn, nowMs }: SearchPace,
): Promise<string | undefined> {
  let shown = text;
  let spentMs = 0;
  let beganMs = nowMs();
  for (const part of secretParts(text.length, secrets)) {
    const forms = secretForms(part);
    const escapes = mayBeEscapedIn(shown, part) ? escapesOf(part) : undefined;
    const reach = part.length * MOST_ESCAPED_CHARACTERS;
    const found: Place[] = [];
    for (let at = 0; at < shown.length; at += WINDOW_CHARACTERS) {
      const window = shown.slice(at, at + WINDOW_CHARACTERS + reach);
      for (const place of placesIn(window, forms, escapes))
        found.push({ start: at + place.start, end: at + place.end });
      if (found.length > MOST_FOUND) return undefined;
      const sliceMs = nowMs() - beganMs;
      if (sliceMs < SLICE_MS) continue;
      spentMs += sliceMs;
      if (spentMs > MOST_MS) return undefined;
      await turn();
      beganMs = nowMs();
    }
    shown = replaced(shown, found, by);
  }
  return shown;
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function* placesIn(text: string, forms: readonly string[], escapes: RegExp | undefined): Generator<Place> {
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length)) {
      yield { start: at, end: at + form.length };
    }
  }
  if (escapes === undefined) return;
  for (const { index, 0: match } of text.matchAll(escapes)) yield { start: index, end: index + match.length };
}

/** The text with each place replaced. Places that overlap are replaced as one. */
function replaced(text: string, places: readonly Place[], by: string): string {
  if (places.length === 0) return text;
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of places.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (start >= from) pieces.push(text.slice(from, start), by);
    from = Math.max(from, end);
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}
