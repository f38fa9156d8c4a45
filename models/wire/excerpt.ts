const MOST_CHARACTERS = 300;

/** What looks like a key or a token, whoever it belongs to. */
const SECRETS =
  /\b(?:sk|pk|rk|key|api[-_]?key|AIza|gsk|xai|hf|ghp|Bearer)[-_ =:]{0,2}[\w*.-]{8,}|\b[A-Za-z0-9_-]{40,}\b/g;

/**
 * A provider's own words, fit to be shown: one line of at most 300 characters, without the key of the request and
 * without anything that looks like one (I10).
 */
export function excerpt(words: string, apiKey: string): string {
  const withoutKey = apiKey.length < 4 ? words : words.replaceAll(apiKey, '[redacted]');
  const line = withoutKey
    .replace(SECRETS, '[redacted]')
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim();
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS - 1)}…`;
}
