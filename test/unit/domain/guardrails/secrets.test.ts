import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactSecrets } from '../../../../domain/guardrails/secrets.ts';
import { SECRET_FORMS } from './secret-forms.ts';
import { SECRET_LOOK_ALIKES } from './secret-lookalikes.ts';

// Put together at run time, so that no scanner takes this file for a leak.
const base62 = 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2dF4hJ6kL8nP1qR3tV5xY7zA9cE2gH4jK6mN8pQ1sT3vX5zB7dF9hK2';
const secrets: Record<string, string> = {
  'agent-runs-key': `brk_${base62.slice(0, 49)}`,
  anthropic: `sk-ant-api03-${base62.slice(0, 40)}`,
  openai: `sk-proj-${base62.slice(0, 48)}`,
  google: `AIza${base62.slice(0, 35)}`,
  slack: `xoxb-${'1234567890'}-${'123456789012'}-${base62.slice(0, 24)}`,
  github: `ghp_${base62.slice(0, 36)}`,
  stripe: `sk_live_${base62.slice(0, 24)}`,
  npm: `npm_${base62.slice(0, 36)}`,
  linear: `lin_api_${base62.slice(0, 40)}`,
  sendgrid: `SG.${base62.slice(0, 22)}.${base62.slice(10, 53)}`,
  'aws-access-key-id': `AKIA${'Q7X4ZK2MWPTR5LJB'}`,
  jwt: `eyJ${base62.slice(0, 20)}.eyJ${base62.slice(5, 30)}.${base62.slice(0, 43)}`,
  'database-connection-string': `postgres://app:${base62.slice(0, 16)}@db.internal:5432/app`,
  basicauth: `https://app:${base62.slice(0, 16)}@example.org`,
};
const privateKey = (kind: string) => `-----BEGIN ${kind}-----\n${base62}\n${base62}\n-----END ${kind}-----`;

describe('redaction of secrets', () => {
  it('leaves no part of a secret of any known kind at any place (I10)', async () => {
    for (const [rule, secret] of Object.entries(secrets)) {
      for (const [before, after] of [
        ['', ''],
        ['Use ', ' please.'],
        ['key="', '"'],
        ['x: ', '\nnext line'],
      ] as const) {
        const { text, findings } = await redactSecrets(before + secret + after);
        expect([rule, findings]).toEqual([rule, [expect.objectContaining({ what: rule })]]);
        expect(text).toBe(`${before}[redacted:${rule}]${after}`);
      }
    }
  });

  it('replaces the values in assignments and headers and keeps the rest', async () => {
    const { text } = await redactSecrets(
      `aws_secret_access_key = ${base62.slice(0, 40)}\nAuthorization: Bearer ${base62.slice(0, 30)}`,
    );
    expect(text).toBe(
      'aws_secret_access_key = [redacted:aws-secret-access-key]\nAuthorization: Bearer [redacted:bearer-token]',
    );
    const credentials = Buffer.from(`app:${base62.slice(0, 12)}`).toString('base64');
    const others = await redactSecrets(
      `Authorization: Basic ${credentials}\nAWS_SESSION_TOKEN=${base62.repeat(3)}\nredis://:${base62.slice(0, 20)}@cache:6379/0`,
    );
    expect(others.text).toBe(
      'Authorization: Basic [redacted:basic-credentials]\nAWS_SESSION_TOKEN=[redacted:aws-session-token]\nredis://:[redacted:address-password]@cache:6379/0',
    );
  });

  it('replaces whole private keys, and the beginning of one that was cut off', async () => {
    for (const kind of ['PRIVATE KEY', 'RSA PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK']) {
      expect((await redactSecrets(`a ${privateKey(kind)} b`)).text).toBe('a [redacted:private-key] b');
    }
    expect((await redactSecrets(privateKey('PRIVATE KEY').slice(0, 90))).text).toBe('[redacted:private-key]');
  });

  it('[I10] finds every secret in a text of many windows exactly once', async () => {
    const filler = 'ab cd '.repeat(1_531);
    const all = Object.values(secrets).concat(privateKey('PRIVATE KEY'));
    const long = Array.from({ length: 4 }, () => all).flat();
    const { text, findings } = await redactSecrets(long.join(` ${filler}`));
    expect(findings).toHaveLength(long.length);
    expect(text.split(` ${filler}`)).toEqual(findings.map(({ what }) => `[redacted:${what}]`));
  });

  it('cannot be switched off by the text', async () => {
    const { findings } = await redactSecrets(`// secretlint-disable\n${secrets.npm} // secretlint-disable-line`);
    expect(findings).toMatchObject([{ what: 'npm' }]);
  });

  it('leaves ordinary text as it is', async () => {
    const plain = [
      'Research the latest AI safety papers and write a summary.',
      'the task-force used sk-learn-is-a-long-kebab-case-name and risk-assessment-2026-plan',
      'see https://example.org/a@b, mail someone@example.org, git@github.com:a/b.git',
      'SHA-256 712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0, sess_0192, call_77',
      'A bearer token is sent in the header; Bearer of news.',
    ];
    for (const text of plain) expect(await redactSecrets(text)).toEqual({ text, findings: [] });
  });

  it('changes nothing in its own output', async () => {
    const piece = fc.oneof(
      fc.constantFrom(...Object.values(secrets), privateKey('PRIVATE KEY')),
      fc.string(),
      fc.lorem(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.constantFrom(' ', '\n', ', '), async (pieces, joint) => {
        const once = await redactSecrets(pieces.join(joint));
        expect(await redactSecrets(once.text)).toEqual({ text: once.text, findings: [] });
      }),
    );
  });

  it('finds every secret among many', async () => {
    const all = Object.values(secrets);
    const { text, findings } = await redactSecrets(all.join(' and '));
    expect(findings.map(({ what }) => what)).toEqual(Object.keys(secrets));
    expect(text).not.toContain(base62.slice(0, 8));
  });
});

describe('[guardrail:secret:keys-and-no-names]', () => {
  it('more than 60 forms of keys are found whole, and with invisible characters in them', async () => {
    expect(SECRET_FORMS.length).toBeGreaterThan(60);
    for (const { rule, secret } of SECRET_FORMS) {
      const { text } = await redactSecrets(`The key: ${secret} is new.`);
      expect(text).toBe(`The key: [redacted:${rule}] is new.`);
      const hidden = `${secret.slice(0, 6)}\u200b${secret.slice(6, 12)}\ufe0f${secret.slice(12)}`;
      expect([secret, (await redactSecrets(hidden)).text]).toEqual([secret, `[redacted:${rule}]`]);
    }
  });

  it('more than 60 look-alikes are left as they are', async () => {
    expect(SECRET_LOOK_ALIKES.length).toBeGreaterThan(60);
    for (const text of SECRET_LOOK_ALIKES) expect(await redactSecrets(text)).toEqual({ text, findings: [] });
  });
});
