import { expect, test } from 'vitest';
import { withoutSecretForms } from '../../../domain/secret-forms.ts';

const SECRETS = ['sk-live/4+9a=Zq&"7_x~!', 'Bearer-token.0123456789', 'pässwörd-mit-ümlaut', 'abcdefgh'];

const base64 = (text: string, before: number, behind: number) =>
  Buffer.concat([Buffer.alloc(before, 'p'), Buffer.from(text), Buffer.alloc(behind, 's')]);

/** The forms in which a server may repeat a credential. */
const ECHOES: readonly [how: string, of: (secret: string) => string][] = [
  ['as it is', (secret) => secret],
  ['in JSON', (secret) => JSON.stringify({ got: secret })],
  ['in JSON with escaped slashes', (secret) => JSON.stringify({ got: secret }).replaceAll('/', '\\/')],
  ['in JSON within JSON', (secret) => JSON.stringify({ got: JSON.stringify({ got: secret }) })],
  [
    'in JSON with every character escaped',
    (secret) =>
      [...Buffer.from(secret, 'utf16le').swap16().toString('hex').matchAll(/..../g)].map((m) => `\\u${m[0]}`).join(''),
  ],
  ['in a URL', (secret) => `https://x.example/?key=${encodeURIComponent(secret)}`],
  ['in a form', (secret) => new URLSearchParams({ key: secret }).toString()],
  ['in a URL in small letters', (secret) => encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
  ['with each byte escaped', (secret) => Buffer.from(secret).toString('hex').replace(/../g, '%$&')],
  ['in HTML', (secret) => secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
  ['in hexadecimal', (secret) => `0x${Buffer.from(secret).toString('hex')}`],
  ['in large hexadecimal', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
  ['in hexadecimal with colons', (secret) => (Buffer.from(secret).toString('hex').match(/../g) ?? []).join(':')],
  ['backwards', (secret) => [...secret].reverse().join('')],
  ...[0, 1, 2, 3].flatMap((before) =>
    [0, 1, 2].flatMap((behind): [string, (secret: string) => string][] => [
      [
        `in base64 behind ${before} and before ${behind} bytes`,
        (secret) => base64(secret, before, behind).toString('base64'),
      ],
      [
        `in base64 for URLs behind ${before} and before ${behind} bytes`,
        (secret) => base64(secret, before, behind).toString('base64url'),
      ],
    ]),
  ),
];

/** The longest part that a text and an echo of the secret have in common. */
function commonWith(text: string, echo: string): number {
  let longest = 0;
  for (let at = 0; at < echo.length; at++) {
    while (at + longest + 1 <= echo.length && text.includes(echo.slice(at, at + longest + 1))) longest += 1;
  }
  return longest;
}

test.each(ECHOES)('[I10] a credential that a server repeats %s is not shown', (_how, of) => {
  for (const secret of SECRETS) {
    const text = `the server says ${of(secret)} and goes on`;
    const shown = withoutSecretForms(text, [secret], '[redacted]');
    expect(shown).toContain('[redacted]');
    expect(shown).toMatch(/^the server says .* and goes on$/);
    // The characters of base64 at its ends belong to the bytes around it as well.
    const said = shown.slice('the server says '.length, -' and goes on'.length);
    expect([secret, commonWith(said.replaceAll('[redacted]', '\0'), encodedOnly(of, secret))]).toEqual([
      secret,
      expect.toSatisfy((length: number) => length <= 4),
    ]);
  }
});

/** The part of an echo that stands for the secret and not for what is around it. */
function encodedOnly(of: (secret: string) => string, secret: string): string {
  const echo = of(secret);
  const other = of(secret.replace(/[\s\S]/g, '\u0001'));
  let from = 0;
  while (from < echo.length && echo[from] === other[from]) from += 1;
  return echo.slice(from).replace(/[=\s"}\\]+$/, '');
}

test('[I10] a text that only resembles a secret is shown as it is', () => {
  const text = 'YWJjZGVm abcdefg 6162636465666768x hgfedcb';
  expect(withoutSecretForms(text, ['zyxwvuts'], '[redacted]')).toBe(text);
});
