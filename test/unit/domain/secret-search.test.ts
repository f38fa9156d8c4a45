import { expect, test } from 'vitest';
import { withoutSecretForms } from '../../../domain/secret-forms.ts';
import { withoutSecretsInTurns } from '../../../domain/secret-search.ts';

const WINDOW = 65_536;
const LONG = Array.from({ length: 200 }, (_, nth) => `k${nth}+/=`).join('');
const SECRETS = ['s3cret-token/with"signs', LONG];
const idle = { turn: async () => undefined, nowMs: () => 0 };

const ECHOES: readonly [how: string, of: (secret: string) => string][] = [
  ['as it is', (secret) => secret],
  ['in JSON within JSON', (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
  ['in a URL', (secret) => encodeURIComponent(secret)],
  ['in hexadecimal', (secret) => Buffer.from(secret).toString('hex')],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['backwards', (secret) => [...secret].reverse().join('')],
];

/** The pieces of an echo that a text still has, of a length that says something. */
const leftOf = (text: string, echo: string) =>
  Array.from({ length: Math.max(1, echo.length - 12) }, (_, at) => echo.slice(at, at + 12)).filter((piece) =>
    text.includes(piece),
  );

test.each(ECHOES)(
  '[I10] [bounds:work:secrets-in-turns] a credential that a server repeats %s is found wherever it stands in a long text, also a long one',
  async (_how, of) => {
    for (const secret of SECRETS) {
      const echo = of(secret);
      const places = [0, WINDOW - echo.length, WINDOW - 5, WINDOW, 2 * WINDOW - (echo.length >> 1)];
      let text = '';
      for (const place of places) text = `${text.padEnd(place, '. ')}${echo}`;
      text = `${text} and goes on`;
      const shown = await withoutSecretsInTurns(text, [...SECRETS].reverse(), '[redacted]', idle);
      expect([secret.length, leftOf(shown ?? echo, echo)]).toEqual([secret.length, []]);
      expect(shown?.endsWith(' and goes on')).toBe(true);
      expect(leftOf(withoutSecretForms(text, [secret], '[redacted]'), echo)).toEqual([]);
    }
  },
);

test('[bounds:work:secrets-in-turns] the search for credentials gives others their turn, and ends where it takes too long', async () => {
  const text = 'x'.repeat(8 * 1_048_576);
  const searched = async (msOfEach: number) => {
    let now = 0;
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const shown = await withoutSecretsInTurns(text, SECRETS, '', { turn, nowMs: () => (now += msOfEach) });
    return { found: shown === text, turns };
  };
  const quick = await searched(0.01);
  expect(quick.found).toBe(true);
  const slow = await searched(12);
  expect(slow.found).toBe(false);
  expect(slow.turns).toBeGreaterThan(100);
  // So many places are no echo of a credential.
  expect(await withoutSecretsInTurns('12345678'.repeat(200_000), ['12345678'], '', idle)).toBeUndefined();
});

test('[bounds:work:secrets-in-turns] a message that looks like many long credentials is not searched on, and nothing of it is shown', () => {
  const secrets = Array.from({ length: 40 }, (_, nth) => `${'abcd'.repeat(4)}-${nth}`);
  const message = `${'abcd'.repeat(4)} `.repeat(100);
  expect(withoutSecretForms(message, secrets, '[redacted]')).toBe('[redacted]');
  expect(withoutSecretForms(message, secrets.slice(0, 5), '[redacted]')).toBe(message);
});
