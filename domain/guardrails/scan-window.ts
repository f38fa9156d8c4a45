import type { CompiledRule, TextRule } from './compiled-rule.ts';
import { escapedCharacterAt, LONGEST_ESCAPE, opensEscape } from './escaped-character.ts';
import { type Finding, mergedFindings, redacted } from './finding.ts';
import { isFor } from './guard-text.ts';
import { heldPersonalData } from './held-personal-data.ts';
import { heldPhrases } from './held-phrases.ts';
import { heldSecrets } from './held-secrets.ts';
import { LONGEST_INJECTION } from './prompt-injection.ts';
import { type ReadText, readText } from './read-text.ts';

/** The part of a growing answer that may be shown. */
export interface ShownPart {
  /** The end of the part that is decided, in the text as the model writes it. */
  readonly upTo: number;
  /** The text that is shown for the part from the place that was asked for to `upTo`. */
  readonly shown: string;
}

/**
 * Says how much of an unfinished answer is decided, from a place on up to which all was decided before. What is decided stays
 * so whatever follows, and the parts together are the beginning of what the rules leave of the whole answer. Once
 * something is found that blocks, nothing more is shown, because the answer will be withheld.
 */
export type ScanWindow = (text: string, from: number) => Promise<ShownPart>;

/** So much in front of the place is read again: what is found may depend on the word before it. */
const CONTEXT_CHARACTERS = 64;

/** @param rules those of the agent, for all hooks */
export function createScanWindow(rules: readonly CompiledRule[]): ScanWindow {
  const acting = rules.filter((rule) => isFor(rule, { hook: 'output' }) && rule.rule.action !== 'warn');
  const deciding = acting.flatMap((rule) => (rule.kind === 'text' && !needsWhole(rule) ? [rule] : []));
  // A rule that needs the whole answer shows nothing before it has it.
  if (deciding.length < acting.length) return async (_text, from) => ({ upTo: from, shown: '' });
  return async (text, from) => {
    const begin = startOfCharacter(text, Math.max(0, from - CONTEXT_CHARACTERS));
    const stop = Math.min(wholeCharacters(text), startOfEscape(text));
    const read = readText(text.slice(begin, stop));
    const ends = deciding.map((rule) => begin + heldFrom(rule, read));
    let upTo = Math.max(from, Math.min(stop, ...ends));
    const redactions: Finding[] = [];
    for (const rule of deciding) {
      const { findings } = await rule.find(read);
      const placed = findings
        .map((finding) => ({ ...finding, start: begin + finding.start, end: begin + finding.end }))
        .filter(({ start }) => start >= from);
      if (rule.rule.action === 'block' && placed.length > 0) return { upTo: from, shown: '' };
      redactions.push(...placed);
    }
    const merged = mergedFindings(redactions);
    for (const { start, end } of merged) if (start < upTo && end > upTo) upTo = Math.max(from, start);
    const within = merged.filter(({ end }) => end <= upTo);
    const part = within.map((finding) => ({ ...finding, start: finding.start - from, end: finding.end - from }));
    return { upTo, shown: redacted(text.slice(from, upTo), part) };
  };
}

function needsWhole({ rule }: TextRule): boolean {
  switch (rule.kind) {
    case 'answer_schema':
    case 'size':
      return true;
    case 'topic':
      return rule.min_terms > 1;
    case 'secrets':
    case 'personal_data':
    case 'prompt_injection':
    case 'phrases':
      return false;
  }
}

/** The place from which a text may still become something that the rule finds. */
function heldFrom({ rule, phrases }: TextRule, read: ReadText): number {
  switch (rule.kind) {
    case 'secrets':
      return heldSecrets(read.plain);
    case 'personal_data':
      return heldPersonalData(read.plain);
    case 'prompt_injection':
      return Math.min(
        ...read.readings.map(({ lookAlike }) =>
          lookAlike.start(Math.max(0, lookAlike.text.length - LONGEST_INJECTION)),
        ),
      );
    case 'phrases':
    case 'topic':
      return phrases === undefined ? read.text.length : heldPhrases(read, phrases);
    case 'answer_schema':
    case 'size':
      return 0;
  }
}

/** The characters of escapes, up to the end of a text. */
const ESCAPES_AT_END = /[%&\\][\w#;%&\\{}]*$/;

/** The place where an incomplete escape begins: it would be read as the characters that it is written with. */
function startOfEscape(text: string): number {
  return Math.min(startOfOpenSign(text), startOfOpenPercent(text));
}

/** The place of a sign behind which an escape may still become complete, or become the beginning of another one. */
function startOfOpenSign(text: string): number {
  const from = Math.max(0, text.length - LONGEST_ESCAPE);
  let at = from + (ESCAPES_AT_END.exec(text.slice(from))?.index ?? text.length);
  while (at < text.length) {
    const escaped = escapedCharacterAt(text, at);
    const isOpen = escaped === undefined ? /[&\\]/.test(text.charAt(at)) : opensEscape(escaped.character);
    if (isOpen) return at;
    at += escaped?.length ?? 1;
  }
  return text.length;
}

/** A character beyond ASCII takes several escapes, so they are read from the first one on. */
function startOfOpenPercent(text: string): number {
  let at = startOfPercents(text);
  while (at < text.length) {
    const escaped = escapedCharacterAt(text, at);
    if (escaped === undefined) return at;
    at += escaped.length;
  }
  return text.length;
}

/**
 * The place where the percent escapes at the end of a text begin. The last of them may be incomplete. They are read backwards,
 * because a search from the beginning takes quadratic time: 340 ms for ten thousand escapes.
 */
function startOfPercents(text: string): number {
  let at = text.length - (/%[0-9a-f]?$/i.exec(text.slice(-2))?.[0].length ?? 0);
  while (/^%[0-9a-f]{2}$/i.test(text.slice(Math.max(0, at - 3), at))) at -= 3;
  return at;
}

/** A provider may send the two halves of a surrogate pair separately. */
function wholeCharacters(text: string): number {
  return isHigh(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
}

function startOfCharacter(text: string, at: number): number {
  return at > 0 && isHigh(text.charCodeAt(at - 1)) ? at - 1 : at;
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
