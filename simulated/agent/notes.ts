import { isRecord, parseJsonObject } from '../conversation.ts';
import { wordsOf } from './task.ts';

export interface Note {
  readonly name: string;
  readonly title: string;
  /** Sentences in the order of the note. */
  readonly sentences: readonly string[];
}

const nameKeys = ['name', 'path', 'file', 'filename'];
const jsonName = /"(?:name|path|file|filename)"\s*:\s*"((?:[^"\\]|\\.)+)"/g;
/** Matches a line of the bundled workspace tools: "name (120 bytes, …" or "name (score 0.5)". */
const listedLine = /^(\S.*?) \((?:score |\d+ bytes)/gm;
const fileName = /[\p{L}\p{N}_][\p{L}\p{N}_./-]*\.(?:md|markdown|txt|json|csv|ya?ml|rst|org|html)\b/giu;

/** Finds the file names in the answer of a list or search tool, which may be JSON, cut-off JSON or plain text. */
export function namesIn(output: string): string[] {
  const names: string[] = [];
  const parsed = parseJson(output);
  if (parsed !== undefined) {
    collectNames(parsed, names);
    return [...new Set(names)];
  }
  for (const pattern of [listedLine, jsonName, fileName]) {
    if (names.length === 0) names.push(...Array.from(output.matchAll(pattern), (match) => match[1] ?? match[0]));
  }
  return [...new Set(names)];
}

function collectNames(value: unknown, names: string[]): void {
  if (Array.isArray(value)) {
    for (const each of value) {
      if (typeof each === 'string') names.push(each);
      else collectNames(each, names);
    }
    return;
  }
  if (!isRecord(value)) return;
  const own = nameKeys.map((key) => value[key]).find((each) => typeof each === 'string');
  if (typeof own === 'string') {
    names.push(own);
    return;
  }
  for (const each of Object.values(value)) if (typeof each === 'object') collectNames(each, names);
}

/** Makes a note of the answer of a read tool, which is the text itself or JSON with the text in a field. */
export function noteFrom(name: string, output: string): Note {
  const parsed = parseJsonObject(output);
  const field =
    parsed === undefined
      ? undefined
      : [parsed.content, parsed.text, parsed.body].find((each) => typeof each === 'string');
  const text = typeof field === 'string' ? field : output;
  const heading = /^#+\s+(.+)$/m.exec(text)?.[1]?.trim();
  return { name, title: heading ?? name, sentences: sentencesIn(text) };
}

function sentencesIn(text: string): string[] {
  const paragraphs = text
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .replace(/```[\s\S]*?```/g, '')
    .split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.|#)\s)|(?<=^#.*)\n/m)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => !paragraph.startsWith('#') && !paragraph.startsWith('|'))
    .map((paragraph) => plainText(paragraph.replace(/^(?:[-*+]|\d+\.)\s+/, '')));
  const sentences = paragraphs.flatMap((paragraph) => paragraph.split(/(?<=[.!?]["')]?)\s+(?=["'(]?\p{Lu})/u));
  return [
    ...new Set(
      sentences.filter((sentence) => sentence.length >= 45 && sentence.length <= 400 && /[.!?]["')]?$/.test(sentence)),
    ),
  ];
}

function plainText(markdown: string): string {
  return markdown
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/\*\*|__|`/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Finds the facts about the keywords in texts of the agent's memory: context blocks and results of memory searches. */
export function rememberedFacts(texts: readonly string[], keywords: readonly string[]): string[] {
  const lines = texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => !line.startsWith('<') && !line.startsWith('#'));
  const facts = lines.map((line) => line.replace(/^- |^mem_\S+ \(\w+\): /, '').trim());
  const enough = Math.max(1, Math.ceil(keywords.length / 2));
  return [...new Set(facts)].filter((fact) => keywordHits(fact, keywords) >= enough).slice(0, 3);
}

/** Counts the keywords that a text has as whole words. */
export function keywordHits(text: string, keywords: readonly string[]): number {
  const words = new Set(wordsOf(text));
  return keywords.filter((keyword) => words.has(keyword)).length;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
