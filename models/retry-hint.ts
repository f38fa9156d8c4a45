import type { ProviderReport } from './provider-report.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, milli: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const AMOUNT = String.raw`\d+(?:\.\d+)?\s*(?:ms|milliseconds?|s|sec|seconds?|m|min|minutes?|h|hours?)(?![a-z])`;
const SAID = new RegExp(String.raw`(?:try again|retry|wait)(?: in| after| for)? ((?:${AMOUNT}[\s,]*)+)`, 'i');

/**
 * How long the body of a refusal asks us to wait, for providers that say so there and in no header: Google's `retryDelay`,
 * or a sentence such as "Please try again in 7m12.5s".
 */
export function retryHintMs({ retryDelay, words }: Pick<ProviderReport, 'retryDelay' | 'words'>): number | undefined {
  const text = retryDelay ?? SAID.exec(words)?.[1];
  if (text === undefined) return undefined;
  let waitMs = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|milli|s|m|h)/gi)) {
    waitMs += Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  }
  return waitMs > 0 ? Math.ceil(waitMs) : undefined;
}
