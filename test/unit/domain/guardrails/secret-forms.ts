/** Keys of every known kind in the forms in which they are issued, made of letters that no issuer has given out. */
export interface SecretForm {
  readonly rule: string;
  readonly secret: string;
}

const BASE62 = 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2dF4hJ6kL8nP1qR3tV5xY7zA9cE2gH4jK6mN8pQ1sT3vX5zB7dF9hK2';
const HEX = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const UPPER32 = 'Q7X4ZK2MWPTR5LJBVC3N6HFD2GYA5SEU';
/** Pieces are put together at run time, so that no scanner takes this file for a leak. */
const made = (prefix: string, length: number, from = 0): string => prefix + BASE62.repeat(3).slice(from, from + length);

/** The same key from five places of the row of letters, so that a rule does not depend on one of them. */
const several = (rule: string, prefix: string, length: number): SecretForm[] =>
  [0, 7, 19, 31, 44].map((from) => ({ rule, secret: made(prefix, length, from) }));

export const SECRET_FORMS: readonly SecretForm[] = [
  ...several('agent-runs-key', 'brk_', 49),
  ...several('anthropic', 'sk-ant-api03-', 95),
  ...several('anthropic', 'sk-ant-oat01-', 80),
  ...several('openai', 'sk-', 48),
  ...several('openai', 'sk-proj-', 156),
  ...several('openai', 'sk-svcacct-', 100),
  ...several('stripe', 'sk_live_', 24),
  ...several('stripe', 'rk_test_', 99),
  ...several('google', 'AIza', 35),
  ...several('google-oauth', 'ya29.', 120),
  ...several('github', 'ghp_', 36),
  ...several('github', 'ghs_', 36),
  ...several('github', 'github_pat_', 82),
  ...several('gitlab', 'glpat-', 20),
  ...several('huggingface', 'hf_', 34),
  ...several('npm', 'npm_', 36),
  ...several('slack', `xoxb-${'2512345678901'}-${'2612345678901'}-`, 24),
  ...several('linear', 'lin_api_', 40),
  ...several('groq', 'gsk_', 52),
  ...several('perplexity', 'pplx-', 48),
  ...several('notion', 'ntn_', 46),
  ...several('docker', 'dckr_pat_', 27),
  ...several('vault', 'hvs.', 95),
  ...several('pypi', 'pypi-AgEIcHlwaS5vcmc', 150),
  ...several('stripe', 'whsec_', 32),
  ...several('slack', `xapp-1-${'A012345ABCD'}-`, 64),
  ...several('telegram', `${'1234567890'}:AA`, 33),
  { rule: 'databricks', secret: `dapi${HEX.slice(0, 32)}` },
  { rule: 'digitalocean', secret: `dop_v1_${HEX}` },
  { rule: 'openai', secret: `sk-${HEX.slice(0, 32)}` },
  { rule: 'sendgrid', secret: `SG.${BASE62.slice(0, 22)}.${BASE62.slice(10, 53)}` },
  { rule: 'slack-webhook', secret: `hooks.slack.com/services/T01ABCDEF/B01ABCDEF/${BASE62.slice(0, 24)}` },
  { rule: 'aws-access-key-id', secret: `AKIA${UPPER32.slice(0, 16)}` },
  { rule: 'aws-access-key-id', secret: `ASIA${UPPER32.slice(8, 24)}` },
  { rule: 'jwt', secret: `eyJ${BASE62.slice(0, 20)}.eyJ${BASE62.slice(5, 60)}.${BASE62.slice(0, 43)}` },
  { rule: 'database-connection-string', secret: `postgres://app:${BASE62.slice(0, 16)}@db.internal:5432/app` },
  { rule: 'database-connection-string', secret: `mysql://root:${BASE62.slice(9, 21)}@10.0.0.5:3306/shop` },
  { rule: 'database-connection-string', secret: `mongodb+srv://svc:${BASE62.slice(3, 19)}@cluster0.example.net/prod` },
  { rule: 'basicauth', secret: `https://app:${BASE62.slice(0, 16)}@example.org` },
];
