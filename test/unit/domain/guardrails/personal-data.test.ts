import { expect, test } from 'vitest';
import { personalDataIn } from '../../../../domain/guardrails/personal-data.ts';

const options = { entities: ['email', 'phone', 'iban', 'card', 'ip'] as const, phoneRegion: 'US' };

function surelyFoundIn(text: string): string[] {
  return personalDataIn(text, options)
    .filter(({ confidence }) => confidence >= 0.5)
    .map(({ start, end, what }) => `${what} ${text.slice(start, end)}`);
}

test.each([
  ['Write to jane.doe+x@example.co.uk.', 'email jane.doe+x@example.co.uk'],
  ['<JANE@EXAMPLE.ORG>', 'email JANE@EXAMPLE.ORG'],
  ['müller@bücher.example', 'email müller@bücher.example'],
  ['a_b@mail.xn--bcher-kva.example', 'email a_b@mail.xn--bcher-kva.example'],
  ['DE89 3704 0044 0532 0130 00', 'iban DE89 3704 0044 0532 0130 00'],
  ['iban=GB29NWBK60161331926819;', 'iban GB29NWBK60161331926819'],
  ['fr14 2004 1010 0505 0001 3m02 606', 'iban fr14 2004 1010 0505 0001 3m02 606'],
  ['NL91-ABNA-0417-1643-00', 'iban NL91-ABNA-0417-1643-00'],
  ['card 4111 1111 1111 1111 exp', 'card 4111 1111 1111 1111'],
  ['5555555555554444', 'card 5555555555554444'],
  ['3782-822463-10005', 'card 3782-822463-10005'],
  ['host 192.168.1.20 is down', 'ip 192.168.1.20'],
  ['from 203.0.113.77:8080', 'ip 203.0.113.77'],
  ['2001:db8:85a3::8a2e:370:7334', 'ip 2001:db8:85a3::8a2e:370:7334'],
  ['fe80::1ff:fe23:4567:890a', 'ip fe80::1ff:fe23:4567:890a'],
  ['Call (212) 555-0199 now', 'phone (212) 555-0199'],
  ['+49 30 901820', 'phone +49 30 901820'],
  ['+44 20 7946 0958', 'phone +44 20 7946 0958'],
  ['415-555-2671', 'phone 415-555-2671'],
  ['phone: 2125550199', 'phone 2125550199'],
])('[guardrail:personal-data:checked-not-guessed] in "%s" there is %s', (text, found) => {
  expect(surelyFoundIn(text)).toContain(found);
});

test.each([
  'icon@2x.png and logo@dark.svg',
  'git@github.com:acme/service.git',
  'npm i left-pad@1.3.0',
  '@someone on the forum, or user@localhost',
  'DE89 3704 0044 0532 0130 01',
  'XX00 1234 5678 9012 3456',
  'GB29 is a road',
  '4111 1111 1111 1112',
  '1234567890123456',
  '0000 0000 0000 0000',
  'sha 41111111111111111111',
  'v1.2.3.4 and version 10.0.19045.3',
  '8.8.8.8, 1.1.1.1, 127.0.0.1 and 0.0.0.0',
  '300.1.2.3 and 1.2.3',
  'at 12:30:45 or 2026-08-31 12:30',
  '00:1a:2b:3c:4d:5e',
  'std::vector::iterator',
  'order 2125550199 of 2025',
  'ISBN 978-3-16-148410-0',
  'pi is 3.14159265358979',
  '4,300.00 USD, 12 345 678',
  'build 20250831123045',
])('[guardrail:personal-data:checked-not-guessed] "%s" holds none', (text) => {
  expect(surelyFoundIn(text)).toEqual([]);
});
