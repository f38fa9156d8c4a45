import type { CompiledRule } from '../domain/guardrails/compiled-rule.ts';
import { createScanWindow, type ShownPart } from '../domain/guardrails/scan-window.ts';
import type { Evaluate } from './evaluations.ts';

/** Reads a part of a growing answer, see `ScanWindow`. */
export type ReadPart = (text: string, from: number) => PartUnderWay;

export type PartUnderWay =
  | { readonly kind: 'here'; readonly part: Promise<ShownPart> }
  /** It may take long, so nobody should wait for it. Undefined: it was given up. */
  | { readonly kind: 'elsewhere'; readonly part: Promise<ShownPart | undefined> };

/** So many characters of an answer are read here: more than a model writes between two looks. */
const SHORT_PART = 1_024;
const MOST_PHRASE_LETTERS = 2_000;
/** `createScanWindow` reads as much in front of the place again, and half of a pair besides. */
const CONTEXT_CHARACTERS = 66;

/** Reads growing answers. A part that is long is read where that can be ended. */
export function createReadPart(rules: readonly CompiledRule[], evaluate: Evaluate): ReadPart {
  const here = createScanWindow(rules);
  const letters = rules.reduce((sum, rule) => sum + (rule.kind === 'text' ? (rule.phrases?.letters ?? 0) : 0), 0);
  async function elsewhere(text: string, from: number): Promise<ShownPart | undefined> {
    const begin = Math.max(0, from - CONTEXT_CHARACTERS);
    const input = { rules: rules.map(({ rule }) => rule), text: text.slice(begin), from: from - begin };
    const scanned = await evaluate('scan_window', input);
    return scanned.kind === 'done' ? { ...scanned.value, upTo: begin + scanned.value.upTo } : undefined;
  }
  return (text, from) =>
    letters <= MOST_PHRASE_LETTERS && text.length - from <= SHORT_PART
      ? { kind: 'here', part: here(text, from) }
      : { kind: 'elsewhere', part: elsewhere(text, from) };
}
