import type { MatchedForm } from './matched-form.ts';

/** A place that a rule has found in a text. It never holds the text itself: a finding may be shown and logged (I10). */
export interface Finding {
  /** The start is counted, as the end is, in UTF-16 code units of the text that the rule was given. */
  readonly start: number;
  readonly end: number;
  /** The kind of the finding, within the rule: `email`, `openai`, the name of a topic. */
  readonly what: string;
  /** The certainty of the rule, above 0 and at most 1. */
  readonly confidence: number;
}

/** Says where a finding in a form of a text is in the text itself. */
export function inOriginal(form: MatchedForm, finding: Finding): Finding {
  return { ...finding, start: form.start(finding.start), end: form.end(finding.end - 1) };
}

/** Sorts findings and merges those that overlap under the name of the surer one, so that no part of either is left. */
export function mergedFindings(findings: readonly Finding[]): Finding[] {
  const merged: Finding[] = [];
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last === undefined || finding.start >= last.end) {
      merged.push(finding);
      continue;
    }
    const named = finding.confidence > last.confidence ? finding : last;
    merged[merged.length - 1] = { ...named, start: last.start, end: Math.max(last.end, finding.end) };
  }
  return merged;
}

/** The text with `[redacted:<what>]` in place of each finding. @param findings sorted, without overlaps */
export function redacted(text: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return text;
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end, what } of findings) {
    pieces.push(text.slice(from, start), `[redacted:${what}]`);
    from = end;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}
