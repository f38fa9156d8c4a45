import { expect, test } from 'vitest';
import { parseEgressAllow } from '../../../processes/egress-guard.ts';

test('the allow list takes hosts, ports, addresses and networks', () => {
  expect(parseEgressAllow(undefined)).toEqual([]);
  expect(parseEgressAllow(' ')).toEqual([]);
  const entries = [
    'box.lan',
    'box.lan:8080',
    '127.0.0.1',
    '127.0.0.1:80',
    '10.0.0.0/8',
    'fd00::/8',
    '::1',
    '[::1]:443',
  ];
  expect(parseEgressAllow(entries.join(' , '))).toEqual(entries);
});

test('an entry of any other kind is refused and named', () => {
  for (const bad of ['http://box', 'box/8', '10.0.0.0/99', 'user@box', 'a b', 'box:port']) {
    expect(() => parseEgressAllow(`ok.example,${bad}`)).toThrow(`not a host, host:port or CIDR: ${bad}`);
  }
});
