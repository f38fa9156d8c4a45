import { data } from './wire-shape.ts';

type Fields = Readonly<Record<string, unknown>>;

export const delta = (fields: Fields, rest: Fields = {}): string =>
  data({ id: 'c1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: fields, ...rest }] });
export const say = (content: string): string => delta({ content });
export const finish = (reason: string | null, fields: Fields = {}): string => delta(fields, { finish_reason: reason });
export const usage = data({
  id: 'c1',
  choices: [],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
});
export const usageOf = (counts: Fields): string => data({ choices: [], usage: counts });
export const done = data('[DONE]');
/** What ends most answers. */
export const end = (reason: string): readonly string[] => [finish(reason), usage, done];
export const calls = (...pieces: readonly unknown[]): string => delta({ tool_calls: pieces });
/** A piece of a call in the form of OpenAI's own reference. */
export const piece = (index: number, id: string | undefined, name: string | undefined, args: string) => ({
  index,
  ...(id === undefined ? {} : { id, type: 'function' }),
  function: { ...(name === undefined ? {} : { name }), arguments: args },
});
