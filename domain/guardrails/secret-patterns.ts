import { looksLikeKey, looksRandom } from './key-shape.ts';
import { PREFIXED_KEYS } from './prefixed-keys.ts';
import { isNoSecret } from './secret-value.ts';

export interface SecretPattern {
  readonly rule: string;
  /** It takes linear time: a literal beginning, then one bounded run of a character class. It always has the flag g. */
  readonly pattern: RegExp;
  /** A match is a secret only if this is true for it as well. */
  readonly holds?: (match: string) => boolean;
}

/** Secrets that @secretlint's recommended preset does not find, or finds in only one of several forms. */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  { rule: 'agent-runs-key', pattern: /(?<![A-Za-z0-9])brk_[0-9A-Za-z]{32,128}/g, holds: looksLikeKey },
  { rule: 'anthropic', pattern: /(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{20,200}/g, holds: looksLikeKey },
  { rule: 'openai', pattern: /(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{20,240}/g, holds: looksRandom },
  { rule: 'stripe', pattern: /(?<![A-Za-z0-9])(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{16,200}/g, holds: looksLikeKey },
  { rule: 'google', pattern: /(?<![A-Za-z0-9])AIza[0-9A-Za-z_-]{35}/g, holds: looksLikeKey },
  { rule: 'google-oauth', pattern: /(?<![A-Za-z0-9])ya29\.[0-9A-Za-z_-]{20,512}/g, holds: looksLikeKey },
  { rule: 'slack', pattern: /(?<![A-Za-z0-9])xox[a-z]-[0-9A-Za-z-]{10,250}/g, holds: looksLikeKey },
  { rule: 'slack-webhook', pattern: /hooks\.slack\.com\/services\/[0-9A-Za-z/]{20,150}/g },
  {
    rule: 'github',
    pattern: /(?<![A-Za-z0-9])(?:gh[pousr]_[0-9A-Za-z]{36,255}|github_pat_[0-9A-Za-z_]{60,255})/g,
    holds: looksLikeKey,
  },
  { rule: 'gitlab', pattern: /(?<![A-Za-z0-9])glpat-[0-9A-Za-z_-]{20,64}/g, holds: looksLikeKey },
  { rule: 'huggingface', pattern: /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,64}/g, holds: looksLikeKey },
  { rule: 'sendgrid', pattern: /(?<![A-Za-z0-9])SG\.[0-9A-Za-z_-]{16,32}\.[0-9A-Za-z_-]{16,64}/g, holds: looksLikeKey },
  {
    rule: 'aws-access-key-id',
    pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g,
  },
  {
    rule: 'aws-secret-access-key',
    pattern: /(?<=secret_?access_?key["']?\s{0,8}(?::|=>?)\s{0,8}["']?)[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/gi,
  },
  {
    rule: 'jwt',
    pattern: /(?<![A-Za-z0-9_-])eyJ[0-9A-Za-z_-]{10,2000}\.eyJ[0-9A-Za-z_-]{10,4000}\.[0-9A-Za-z_-]{16,1000}/g,
  },
  {
    rule: 'bearer-token',
    pattern: /(?<=\bbearer )[0-9A-Za-z._~+/-]{20,2000}/gi,
    holds: (match) => /\d/.test(match),
  },
  {
    rule: 'basic-credentials',
    pattern: /(?<=\bbasic )[0-9A-Za-z+/]{12,1000}={0,2}/gi,
    holds: (match) => /^[^\p{Cc}\ufffd:]*:[^\p{Cc}\ufffd]+$/u.test(Buffer.from(match, 'base64').toString('utf8')),
  },
  {
    rule: 'aws-session-token',
    pattern: /(?<=session_?token["']?\s{0,8}(?::|=>?)\s{0,8}["']?)[A-Za-z0-9/+=]{100,4000}/gi,
  },
  {
    // The rules of secretlint ask for a user of three letters or more, and know few schemes.
    rule: 'address-password',
    pattern: /(?<=[a-z0-9+.-]:\/\/[^\s/:@"'<>]{0,200}:)[^\s/:@"'<>]{4,200}(?=@)/gi,
    holds: (match) => !isNoSecret(match),
  },
  ...PREFIXED_KEYS,
];

const BLOCK_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const BLOCK_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** The length of the text that counts as the key when its end is missing, as in a text that was cut: more than any key in use has. */
const OPEN_BLOCK_CHARS = 16_384;

/** Finds private keys in PEM or PGP armour, whole or cut off, and gives `[start, end)` of each. */
export function privateKeyBlocks(text: string): [start: number, end: number][] {
  const blocks: [number, number][] = [];
  let from = 0;
  for (const begin of text.matchAll(BLOCK_BEGIN)) {
    if (begin.index < from) continue;
    BLOCK_END.lastIndex = begin.index;
    const end = BLOCK_END.exec(text);
    const openEnd = Math.min(text.length, begin.index + OPEN_BLOCK_CHARS);
    const stop = end !== null && end.index < openEnd ? end.index + end[0].length : openEnd;
    blocks.push([begin.index, stop]);
    from = stop;
  }
  return blocks;
}
