import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { type Finding, inOriginal, mergedFindings, redacted } from './finding.ts';
import { looksLikeKey } from './key-shape.ts';
import { type MatchedForm, plainForm } from './matched-form.ts';
import { namedSecretsIn } from './named-secrets.ts';
import { PREFIXES_OF_KEYS } from './prefixed-keys.ts';
import { privateKeyBlocks, SECRET_PATTERNS } from './secret-patterns.ts';
import { isNoSecret } from './secret-value.ts';

/** Every rule that knows a secret by its form needs one of these in the text. Most texts have none of them and cost one scan. */
const MAY_HOLD_SECRET = new RegExp(
  String.raw`:\/\/[^/\s]{1,600}@|-----BEGIN|brk_|(?<![A-Za-z0-9])[sr]k[-_]|AIza|ya29\.|xox[a-z]-|xapp-|hooks\.slack|gh[pousr]_|github_pat_|glpat-|hf_|SG\.|AKIA|ASIA|ABIA|ACCA|eyJ|[Bb](?:earer|EARER) |npm_|_authToken|lin_api_|shp[a-z]{2,3}_|ops_ey|(?:SECRET|[Ss]ecret)_?(?:ACCESS|[Aa]ccess)|[Bb](?:asic|ASIC) |[Ss](?:ession|ESSION)_?[Tt](?:oken|OKEN)|${PREFIXES_OF_KEYS}`,
);

/**
 * Rules that are left out. The comment filter would let a text switch the guardrail off. The AWS rule reports a range
 * that ends inside the secret. The GCP rule reads files. The SendGrid rule takes quadratic time. Our patterns find all
 * of these secrets.
 */
const LEFT_OUT = ['aws', 'filter-comments', 'gcp', 'privatekey', 'sendgrid'];

const CONNECTION_STRING = 'database-connection-string';
const BASIC_AUTH = 'basicauth';

// The rules are listed one by one: a rule that is disabled within the preset still runs (@secretlint/core 11.7.1).
const CONFIG = {
  rules: rules
    .filter((rule) => !LEFT_OUT.some((name) => rule.meta.id.endsWith(`-rule-${name}`)))
    .map((rule) => ({ id: rule.meta.id, rule, options: {} })),
};

/**
 * secretlint takes quadratic time over its findings, so a text is scanned in windows of this many UTF-16 code units.
 */
const WINDOW_CHARS = 65_536;
/**
 * The overlap of two neighbouring windows: more than any bounded secret has, so that one of them contains it whole.
 */
const OVERLAP_CHARS = 20_480;

/**
 * Finds what @secretlint's recommended preset finds, and the kinds in secret-patterns.ts. Invisible characters within a
 * secret don't hide it.
 * @param form the plain form of the text
 */
export async function secretsIn(form: MatchedForm): Promise<Finding[]> {
  const found: Finding[] = [];
  for (let from = 0; ; from += WINDOW_CHARS - OVERLAP_CHARS) {
    found.push(...(await hitsOf(form.text.slice(from, from + WINDOW_CHARS), from)));
    if (from + WINDOW_CHARS >= form.text.length) break;
  }
  return mergedFindings(found).map((finding) => inOriginal(form, finding));
}

/** False for most texts: no rule that knows secrets by their form finds one in them. It takes one scan, in linear time. */
export function mayHoldSecret({ text }: MatchedForm): boolean {
  return MAY_HOLD_SECRET.test(text);
}

/** Replaces each secret in a text by `[redacted:<rule>]`. Applied to its own output it changes nothing. */
export async function redactSecrets(text: string): Promise<{ text: string; findings: readonly Finding[] }> {
  const findings = await secretsIn(plainForm(text));
  return { text: redacted(text, findings), findings };
}

/** The secrets in one window of a text. @param at where the window begins in the text */
async function hitsOf(window: string, at: number): Promise<Finding[]> {
  const shaped = MAY_HOLD_SECRET.test(window) ? [...hitsOfOurs(window), ...(await hitsOfSecretlint(window))] : [];
  const hits = [...shaped, ...namedSecretsIn(window)];
  return hits.map((hit) => ({ ...hit, start: at + hit.start, end: at + hit.end }));
}

function hitsOfOurs(text: string): Finding[] {
  const hits = privateKeyBlocks(text).map(([start, end]) => secret(start, end, 'private-key'));
  for (const { rule, pattern, holds } of SECRET_PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      if (holds?.(match[0]) === false) continue;
      hits.push(secret(match.index, match.index + match[0].length, rule));
    }
  }
  return hits;
}

async function hitsOfSecretlint(text: string): Promise<Finding[]> {
  const result = await lintSource({
    source: { content: text, filePath: 'text.txt', ext: '.txt', contentType: 'text' },
    options: { config: CONFIG, noPhysicFilePath: true },
  });
  return result.messages.flatMap(({ range: [start, end], ruleId }) => {
    const rule = ruleId.replace(/^.*secretlint-rule-/, '');
    const match = text.slice(start, end);
    if (rule === CONNECTION_STRING || rule === BASIC_AUTH) {
      return hasStandInPassword(match) ? [] : [secret(start, endOfAddress(text, start, end), rule)];
    }
    return looksLikeKey(match) ? [secret(start, end, rule)] : [];
  });
}

function hasStandInPassword(address: string): boolean {
  const [, password = ''] = /:\/\/[^/\s:@]{0,300}:([^\s]{1,300})@/.exec(address) ?? [];
  return isNoSecret(password);
}

/** The rule of connection strings counts everything up to white space as options, even the rest of a JSON document. */
function endOfAddress(text: string, start: number, end: number): number {
  const match = text.slice(start, end);
  const behindPassword = match.lastIndexOf('@') + 1;
  const quote = match.slice(behindPassword).search(/["'`<>]/);
  return quote < 0 ? end : start + behindPassword + quote;
}

function secret(start: number, end: number, rule: string): Finding {
  return { start, end, what: rule, confidence: 0.95 };
}
