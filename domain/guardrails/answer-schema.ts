import type { ArgumentValidator } from '../json-schema.ts';

/** Models like to wrap JSON in a fence of Markdown. */
const FENCED = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/i;

/** The reason why an answer is not the JSON that is asked for. Undefined: it is that JSON. */
export function schemaFlaw(answer: string, validate: ArgumentValidator): string | undefined {
  const json = FENCED.exec(answer)?.[1] ?? answer;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return 'it is no JSON';
  }
  const checked = validate(value);
  return checked.ok ? undefined : checked.message;
}
