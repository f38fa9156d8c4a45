import { type Finding, redacted } from './finding.ts';
import { type Guarding, guardText } from './guard-text.ts';
import type { Intervention } from './intervention.ts';

export interface GuardedArguments {
  readonly args: Record<string, unknown>;
  readonly blockedBy?: Intervention | undefined;
  readonly interventions: readonly Intervention[];
}

/**
 * Applies rules to the arguments of a call. All keys, texts and numbers are read as one text, a line each, so what is spread
 * over several of them is found as well. What is found is replaced in each of them. A call whose arguments would have to be
 * written anew by a provider is blocked, because nobody knows which part belongs where.
 */
export async function guardArguments(args: Record<string, unknown>, guarding: Guarding): Promise<GuardedArguments> {
  const leaves = leavesOf(args);
  const text = leaves.map(({ text }) => text).join('');
  const guarded = await guardText(text, guarding);
  const { interventions, replaced, blockedBy } = guarded;
  if (blockedBy !== undefined) return { args: {}, blockedBy, interventions };
  if (guarded.text === text) return { args, interventions };
  if (replaced === undefined) {
    const last = interventions.at(-1);
    return { args: {}, blockedBy: last && { ...last, action: 'block' }, interventions };
  }
  return { args: withReplaced(args, leaves, replaced), interventions };
}

/** A key or a value, and the text that stands for it. */
interface Leaf {
  readonly kind: 'key' | 'value' | 'between';
  readonly text: string;
}

function leavesOf(value: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (each: unknown) => {
    if (Array.isArray(each)) {
      each.forEach(walk);
    } else if (each !== null && typeof each === 'object') {
      for (const [key, inner] of Object.entries(each)) {
        leaves.push({ kind: 'key', text: key }, { kind: 'between', text: ': ' });
        walk(inner);
      }
    } else {
      leaves.push(
        { kind: 'value', text: typeof each === 'string' ? each : String(each) },
        { kind: 'between', text: '\n' },
      );
    }
  };
  walk(value);
  return leaves;
}

/**
 * The arguments with each finding replaced. A finding that goes over several leaves is replaced in each.
 * @param replaced sorted, without overlaps
 */
function withReplaced(
  args: Record<string, unknown>,
  leaves: readonly Leaf[],
  replaced: readonly Finding[],
): Record<string, unknown> {
  let at = 0;
  let first = 0;
  const texts = leaves.map(({ text, kind }) => {
    const from = at;
    at += text.length;
    // Leaves and findings both stand in order, so each leaf begins with the first finding that reaches into it.
    while ((replaced[first]?.end ?? Number.POSITIVE_INFINITY) <= from) first += 1;
    const within: Finding[] = [];
    for (let index = first, each = replaced[index]; each !== undefined && each.start < at; each = replaced[++index]) {
      within.push({ ...each, start: Math.max(0, each.start - from), end: Math.min(text.length, each.end - from) });
    }
    return { kind, text: redacted(text, within), changed: within.length > 0 };
  });
  const left = texts.filter(({ kind }) => kind !== 'between');
  let next = 0;
  const rebuilt = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(rebuilt);
    if (each !== null && typeof each === 'object') {
      const entries = Object.entries(each).map(([key, inner]) => {
        const named = left[next++];
        return [named?.text ?? key, rebuilt(inner)] as const;
      });
      return Object.fromEntries(entries);
    }
    const leaf = left[next++];
    return leaf?.changed ? leaf.text : each;
  };
  return Object.fromEntries(Object.entries(rebuilt(args) as object));
}
