import type { TextRule } from '../domain/guardrails/compiled-rule.ts';
import type { Scan } from '../domain/guardrails/guard-text.ts';
import type { ReadText } from '../domain/guardrails/read-text.ts';
import { mayHoldSecret } from '../domain/guardrails/secrets.ts';
import type { Evaluate } from './evaluations.ts';

/** Texts that are no longer take a rule at most some ten ms, whatever is in them. */
const SHORT = { secrets: 4_096, personal_data: 256, prompt_injection: 2_048 } as const;
/** A text in which nothing looks like a secret is read here, at a microsecond for each character beyond ASCII. */
const READ_HERE = { ascii: 65_536, other: 8_192 } as const;
/** Steps of comparing letters, a few ms. */
const MOST_STEPS = 2_000_000;

const ASCII = /^[\0-\x7f]*$/;
const MAY_BE_PERSONAL = /[\d@]|::/;

/** Applies rules to texts. What may take long is done where it can be ended. */
export function createScan(evaluate: Evaluate): Scan {
  return async (compiled, read) => {
    if (staysHere(compiled, read)) return compiled.find(read);
    const scanned = await evaluate('scan_text', { rule: compiled.rule, text: read.text });
    return scanned.kind === 'done' ? scanned.value : undefined;
  };
}

function isReadHere(text: string): boolean {
  // Whether it is ASCII takes a look at all of it.
  return text.length <= READ_HERE.ascii && text.length <= (ASCII.test(text) ? READ_HERE.ascii : READ_HERE.other);
}

function staysHere({ rule, phrases }: TextRule, read: ReadText): boolean {
  const { text } = read;
  switch (rule.kind) {
    case 'size':
      return true;
    case 'answer_schema':
      return text === '';
    case 'secrets':
      if (text.length <= SHORT.secrets) return true;
      return isReadHere(text) && !mayHoldSecret(read.plain);
    case 'personal_data':
      return text.length <= SHORT.personal_data || (isReadHere(text) && !MAY_BE_PERSONAL.test(text));
    case 'prompt_injection':
      return text.length <= SHORT.prompt_injection;
    case 'phrases':
    case 'topic':
      return phrases === undefined || (text.length * phrases.letters <= MOST_STEPS && !phrases.mayFind(read));
  }
}
