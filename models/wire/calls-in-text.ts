import { unmarkedText } from '../../domain/exact-json.ts';
import type { JsonRecord } from '../../domain/json-record.ts';
import { jsonOf, recordOf, textOf } from './loose-json.ts';

export interface CallInText {
  readonly name: string;
  readonly rawArgs: string;
}

/** Marks around calls, in the forms that the chat templates of local models teach. */
const MARKS =
  /<\/?(?:minimax:)?tool_call>|<\/?function_calls?>|<\/?tools>|functools(?=\[)|<\|\/?tool_call\|>|<\|python_tag\|>|<\|eom_id\|>|<\|eot_id\|>|<\|im_end\|>|\[\/?TOOL_CALLS\]|```(?:json)?|<｜tool▁(?:calls?|outputs?)▁(?:begin|end)｜>|<\|tool_calls_section_(?:begin|end)\|>|;/
    .source;
const NOISE = new RegExp(MARKS, 'g');
/** What may stand before an object: marks, and the signs of a list. */
const BETWEEN_OBJECTS = new RegExp(`^(?:${MARKS}|[\\s,[\\]])+`);

/** A longer text is a text: looking for calls in it would take too long. */
const MOST_CHARACTERS = 64 * 1_024;
const MOST_OBJECTS_TRIED = 1_000;

/**
 * Tool calls that a model wrote as text, because its server did not recognise them. Undefined: the text is text. All of it
 * must be calls of offered tools, each with whole arguments; half a call is shown, not guessed.
 */
export function callsInText(text: string, offered: ReadonlySet<string>): readonly CallInText[] | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const calls =
    xmlCalls(text) ??
    bracketCalls(text) ??
    deepSeekCalls(text) ??
    markedCalls(text) ??
    pairCalls(text) ??
    jsonCalls(text);
  if (calls === undefined || calls.length === 0) return undefined;
  return calls.every(({ name }) => offered.has(name)) ? calls : undefined;
}

/** `<function=name>{…}</function>` (Llama) and `<function=name><parameter=a>…</parameter></function>` (Qwen Coder). */
function xmlCalls(text: string): CallInText[] | undefined {
  const calls: CallInText[] = [];
  let rest = text;
  for (const [whole, name = '', body = ''] of text.matchAll(/<function=([\w.-]+)>([\s\S]*?)<\/function>/g)) {
    rest = rest.replace(whole, '');
    const rawArgs = body.includes('<parameter=') ? parametersOf(body) : body.trim() || '{}';
    if (!isObject(rawArgs)) return undefined;
    calls.push({ name, rawArgs });
  }
  return calls.length > 0 && rest.replace(NOISE, '').trim() === '' ? calls : undefined;
}

function parametersOf(body: string): string {
  const args: Record<string, unknown> = {};
  for (const [, name = '', text = ''] of body.matchAll(/<parameter=([\w.-]+)>\n?([\s\S]*?)\n?<\/parameter>/g)) {
    args[name] = jsonOf(text) ?? text;
  }
  return unmarkedText(args);
}

/** Mistral's `[TOOL_CALLS]name[ARGS]{…}`, and `[TOOL_CALLS]name{…}`. */
function bracketCalls(text: string): CallInText[] | undefined {
  if (!text.includes('[TOOL_CALLS]')) return undefined;
  const calls: CallInText[] = [];
  for (const piece of text.split('[TOOL_CALLS]').slice(1)) {
    const found = /^\s*([\w.-]+)(?:\[CALL_ID\][\w-]*)?(?:\[ARGS\])?\s*(\{[\s\S]*\})\s*$/.exec(piece);
    if (found === null) return undefined;
    const [, name = '', rawArgs = ''] = found;
    if (!isObject(rawArgs)) return undefined;
    calls.push({ name, rawArgs });
  }
  return calls;
}

function deepSeekCalls(text: string): CallInText[] | undefined {
  const pattern =
    /<｜tool▁call▁begin｜>(?:function)?(?:<｜tool▁sep｜>)?([\w.-]+)\s*(?:<｜tool▁sep｜>)?\s*(?:```json)?\s*(\{[\s\S]*?\})\s*(?:```)?\s*<｜tool▁call▁end｜>/g;
  const calls = [...text.matchAll(pattern)].map(([, name = '', rawArgs = '']) => ({ name, rawArgs }));
  return calls.length > 0 && calls.every(({ rawArgs }) => isObject(rawArgs)) ? calls : undefined;
}

const NAME = String.raw`(?:functions\.)?([\w.-]+?)`;
const MARKED: readonly RegExp[] = [
  // Kimi
  new RegExp(
    String.raw`<\|tool_call_begin\|>\s*${NAME}(?::\d+)?\s*<\|tool_call_argument_begin\|>\s*(\{[\s\S]*?\})\s*<\|tool_call_end\|>`,
    'g',
  ),
  // gpt-oss
  new RegExp(
    String.raw`(?:<\|start\|>assistant)?<\|channel\|>commentary to=${NAME}\s*(?:<\|constrain\|>\w+)?\s*<\|message\|>(\{[\s\S]*?\})\s*(?:<\|call\|>|$)`,
    'g',
  ),
];

/** A name and the JSON of its arguments between marks. */
function markedCalls(text: string): CallInText[] | undefined {
  for (const pattern of MARKED) {
    const calls = [...text.matchAll(pattern)].map(([, name = '', rawArgs = '']) => ({ name, rawArgs }));
    if (calls.length === 0) continue;
    const isAll = text.replace(pattern, '').replace(NOISE, '').trim() === '';
    return isAll && calls.every(({ rawArgs }) => isObject(rawArgs)) ? calls : undefined;
  }
  return undefined;
}

const PAIRED: readonly (readonly [call: RegExp, pair: RegExp])[] = [
  // GLM
  pairedPattern(
    String.raw`<tool_call>\s*([\w.-]+)\s*`,
    String.raw`<arg_key>([^<]*)</arg_key>\s*<arg_value>((?:(?!</arg_value>)[\s\S])*)</arg_value>`,
    '</tool_call>',
  ),
  // MiniMax
  pairedPattern(
    String.raw`<invoke name="([\w.-]+)">\s*`,
    String.raw`<parameter name="([^"]*)">((?:(?!</parameter>)[\s\S])*)</parameter>`,
    '</invoke>',
  ),
];

/** No part of a text fits the pair in two ways, so a text that is cut off is given up at once. */
function pairedPattern(begin: string, pair: string, end: string): readonly [RegExp, RegExp] {
  const pairs = pair.replaceAll(/\((?!\?)/g, '(?:');
  return [new RegExp(String.raw`${begin}((?:${pairs}\s*)*)${end}`, 'g'), new RegExp(pair, 'g')];
}

/** A name and its arguments in pairs of a key and a value. */
function pairCalls(text: string): CallInText[] | undefined {
  for (const [pattern, pair] of PAIRED) {
    const calls = [...text.matchAll(pattern)].map(([, name = '', body = '']) => {
      const pairs = [...body.matchAll(pair)].map(([, key = '', value = '']) => [key.trim(), jsonOf(value) ?? value]);
      return { name, rawArgs: unmarkedText(Object.fromEntries(pairs)) };
    });
    if (calls.length === 0) continue;
    return text.replace(pattern, '').replace(NOISE, '').trim() === '' ? calls : undefined;
  }
  return undefined;
}

/** JSON objects with a name and arguments, one after the other or in a list, between marks or bare. */
function jsonCalls(text: string): CallInText[] | undefined {
  const calls = objectsIn(text)?.map((value) => callOf(recordOf(value)));
  return calls?.every((call) => call !== undefined) ? calls : undefined;
}

function callOf(value: JsonRecord | undefined): CallInText | undefined {
  const named = recordOf(value?.function) ?? value;
  const name = textOf(named?.name) ?? textOf(value?.function) ?? textOf(value?.tool);
  const args = named?.arguments ?? named?.parameters ?? named?.args;
  if (name === undefined || args === undefined) return undefined;
  const rawArgs = typeof args === 'string' ? args : unmarkedText(args);
  return isObject(rawArgs) ? { name, rawArgs } : undefined;
}

/** The objects of a text that is nothing but objects and what stands between them. */
function objectsIn(text: string): unknown[] | undefined {
  const objects: unknown[] = [];
  let tried = 0;
  const begin = text.replace(BETWEEN_OBJECTS, '');
  const last = begin.lastIndexOf('}') + 1;
  // Most texts are one object, and arguments may hold a great many braces.
  const only = recordOf(jsonOf(begin.slice(0, last)));
  if (only !== undefined && begin.slice(last).replace(BETWEEN_OBJECTS, '') === '') return [only];
  for (let rest = begin; rest !== ''; rest = rest.replace(BETWEEN_OBJECTS, '')) {
    let object: unknown;
    let end = rest.indexOf('}');
    while (end !== -1 && object === undefined && tried++ < MOST_OBJECTS_TRIED) {
      object = recordOf(jsonOf(rest.slice(0, end + 1)));
      if (object === undefined) end = rest.indexOf('}', end + 1);
    }
    if (object === undefined) return undefined;
    objects.push(object);
    rest = rest.slice(end + 1);
  }
  return objects;
}

function isObject(json: string): boolean {
  return recordOf(jsonOf(json)) !== undefined;
}
