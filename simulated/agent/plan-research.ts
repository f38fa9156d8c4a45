import type { OfferedTool } from '../conversation.ts';
import type { Draft } from '../reply.ts';
import { keywordHits, type Note, namesIn, noteFrom, rememberedFacts } from './notes.ts';
import type { Persona } from './persona.ts';
import type { PerformedCall, Round } from './round.ts';
import { bestSentences, summarize } from './summary.ts';
import { keywordsOf, subjectOf } from './task.ts';
import { argumentsFor, fitsSchema, playsRole, type ToolRole, toolFor } from './tool-roles.ts';

export interface ResearchSituation {
  readonly model: string;
  readonly persona: Persona;
  readonly round: Round;
  readonly tools: readonly OfferedTool[];
  readonly maxOutputTokens: number;
  readonly sendsWrongArgument: boolean;
  readonly skipsMemory: boolean;
}

/** A longer text would not summarise anything. */
const maxSummaryCharacters = 6_000;

/**
 * Plans the next step: survey → read → note → write → answer. A stage is over once the transcript shows its calls,
 * failed ones too, so no error makes the agent loop.
 */
export function planResearch(situation: ResearchSituation): Draft {
  const { round, persona, tools } = situation;
  const keywords = keywordsOf(round.task);
  const did = (role: ToolRole) => round.calls.some((call) => playsRole(call.name, role));
  if (did('write')) return finalAnswer(situation);
  if (!did('note')) {
    const survey = surveyCalls(situation, keywords);
    if (survey.length > 0)
      return step(persona, `I'll look in the workspace for notes on ${subjectOf([round.task])}.`, survey);
    const unread = unreadNotes(situation);
    if (unread.length > 0) {
      const calls = unread.flatMap((name) => callOf(tools, 'read', { name }));
      return step(persona, `I'll read ${unread.join(', ')}.`, calls);
    }
  }
  const notes = relevantNotes(situation);
  if (notes.length === 0) return finalAnswer(situation);
  const openKeywords = keywordsOf(round.openTasks.join('\n'));
  if (!did('note') && !situation.skipsMemory) {
    const facts = newFacts(notes, keywords, situation).flatMap((fact) => callOf(tools, 'note', { fact }));
    if (facts.length > 0) return step(persona, 'I note what matters for later.', facts);
  }
  const content = `${summarize(notes, round.openTasks, persona, summaryRoom(situation))}\n`;
  const written = callOf(tools, 'write', { name: summaryName(openKeywords), content });
  return written.length > 0 ? step(persona, 'Now I write the summary.', written) : finalAnswer(situation);
}

type DraftCall = Draft['toolCalls'][number];

function step(persona: Persona, announcement: string, toolCalls: readonly DraftCall[]): Draft {
  return { text: persona.announces ? announcement : '', toolCalls };
}

function callOf(tools: readonly OfferedTool[], role: ToolRole, wanted: Readonly<Record<string, string>>): DraftCall[] {
  const tool = toolFor(role, tools);
  return tool === undefined ? [] : [{ name: tool.name, rawArgs: JSON.stringify(argumentsFor(tool, wanted)) }];
}

/** The searches that this round still lacks. */
function surveyCalls(situation: ResearchSituation, keywords: readonly string[]): DraftCall[] {
  const { round, tools, persona } = situation;
  const search = toolFor('search', tools);
  if (search === undefined) {
    const listed = round.openCalls.some((call) => playsRole(call.name, 'list'));
    return listed ? [] : callOf(tools, 'list', {});
  }
  if (keywords.length === 0) return [];
  const searches = round.calls.filter((call) => playsRole(call.name, 'search'));
  const query = keywords.join(' ');
  if (!searches.some((call) => fitsSchema(search, call.args))) {
    if (situation.sendsWrongArgument && searches.length === 0) {
      const args = Object.fromEntries(Object.entries(argumentsFor(search, { query })).map(([key]) => [key, keywords]));
      return [{ name: search.name, rawArgs: JSON.stringify(args) }];
    }
    // A third try would be no better than the second.
    if (searches.length >= 2) return [];
    const words = keywords.length > 1 ? keywords.filter((word) => word.length >= 4).slice(0, persona.wordSearches) : [];
    return [
      ...(persona.lists && !round.openCalls.some((call) => playsRole(call.name, 'list'))
        ? callOf(tools, 'list', {})
        : []),
      ...[query, ...words].flatMap((each) => callOf(tools, 'search', { query: each })),
      ...(persona.lists ? callOf(tools, 'recall', { query }) : []),
    ];
  }
  // A search for the whole question found nothing: the agent searches once more, word by word.
  const asked = new Set(searches.flatMap((call) => Object.values(call.args ?? {})));
  const unasked = keywords.filter((word) => word.length >= 3 && !asked.has(word)).slice(0, 3);
  const wordByWord = searches.some(
    (call) => keywords.length > 1 && keywords.some((word) => Object.values(call.args ?? {}).includes(word)),
  );
  const isEmpty = searches.every((call) => !call.isError && foundNotes([call], round).length === 0);
  if (!isEmpty || wordByWord || keywords.length < 2) return [];
  return unasked.flatMap((each) => callOf(tools, 'search', { query: each }));
}

/** Notes that searches found, then listed notes whose name fits the keywords; never the agent's own summaries. */
function foundNotes(calls: readonly PerformedCall[], round: Round, keywords: readonly string[] = []): string[] {
  const answered = calls.filter((call) => !call.isError);
  const found = answered.filter((call) => playsRole(call.name, 'search')).flatMap((call) => namesIn(call.output));
  const listed = answered.filter((call) => playsRole(call.name, 'list')).flatMap((call) => namesIn(call.output));
  const written = new Set(
    round.allCalls.filter((call) => playsRole(call.name, 'write')).flatMap((call) => Object.values(call.args ?? {})),
  );
  const names = [...found, ...listed.filter((name) => keywordHits(name, keywords) > 0)];
  return [...new Set(names)].filter((name) => !written.has(name) && !name.startsWith('summary-'));
}

function unreadNotes(situation: ResearchSituation): string[] {
  const { round, persona, tools } = situation;
  if (toolFor('read', tools) === undefined) return [];
  const read = new Set(round.allCalls.filter((call) => playsRole(call.name, 'read')).map(readName));
  const readNow = round.calls.filter((call) => playsRole(call.name, 'read')).length;
  return foundNotes(round.openCalls, round, keywordsOf(round.openTasks.join('\n')))
    .filter((name) => !read.has(name))
    .slice(0, Math.max(0, persona.maxNotesRead - readNow));
}

/** All notes read so far that speak of the open tasks. When none does, the notes that were read for these tasks. */
function relevantNotes({ round }: ResearchSituation): Note[] {
  const keywords = keywordsOf(round.openTasks.join('\n'));
  const reads = (calls: readonly PerformedCall[]) =>
    calls.filter((call) => playsRole(call.name, 'read') && !call.isError);
  const notesOf = (calls: readonly PerformedCall[]) =>
    reads(calls).map((call) => noteFrom(readName(call), call.output));
  const all = new Map(
    notesOf(round.allCalls)
      .filter((note) => note.sentences.length > 0)
      .map((note) => [note.name, note]),
  );
  const speaking = [...all.values()].filter(
    (note) => keywordHits([note.title, ...note.sentences].join(' '), keywords) > 0,
  );
  return speaking.length > 0 ? speaking : notesOf(round.openCalls).filter((note) => note.sentences.length > 0);
}

/** One fact from each note on this round's subject, without the facts that were noted already. */
function newFacts(
  notes: readonly Note[],
  keywords: readonly string[],
  { round, persona }: ResearchSituation,
): string[] {
  const noted = new Set(
    round.allCalls.filter((call) => playsRole(call.name, 'note')).flatMap((call) => Object.values(call.args ?? {})),
  );
  const fitting = notes.filter((note) => keywordHits([note.title, ...note.sentences].join(' '), keywords) > 0);
  return (fitting.length > 0 ? fitting : notes)
    .flatMap((note) => bestSentences(note, keywords, 1).map((sentence) => `${sentence} (${note.name})`))
    .filter((fact) => !noted.has(fact))
    .slice(0, persona.maxFactsNoted);
}

function readName(call: PerformedCall): string {
  const name = call.args?.name ?? call.args?.path ?? Object.values(call.args ?? {})[0];
  return typeof name === 'string' ? name : '';
}

function summaryName(keywords: readonly string[]): string {
  return `summary-${keywords.slice(0, 4).join('-') || 'notes'}.md`;
}

/**
 * The characters of a summary that surely fit the output limit: a token is 4 bytes, most characters are one byte, and
 * JSON escapes some of them.
 */
function summaryRoom({ maxOutputTokens }: ResearchSituation): number {
  return Math.max(200, Math.min(maxSummaryCharacters, Math.floor((maxOutputTokens - 80) * 2.5)));
}

function finalAnswer(situation: ResearchSituation): Draft {
  const { round, persona, model, tools } = situation;
  const notes = relevantNotes(situation);
  if (notes.length > 0) {
    const summary = summarize(notes, round.openTasks, persona, summaryRoom(situation) - 150);
    const files = round.openCalls.filter((call) => playsRole(call.name, 'write') && !call.isError).map(readName);
    const closing = files.length === 0 ? '' : `\n\nThe summary is in ${[...new Set(files)].join(', ')}.`;
    return { text: summary + closing, toolCalls: [] };
  }
  const recalled = round.calls
    .filter((call) => playsRole(call.name, 'recall') && !call.isError)
    .map((call) => call.output)
    .filter((output) => !/^Nothing in memory\b/.test(output));
  const facts = rememberedFacts([round.memory, ...recalled], keywordsOf(round.openTasks.join('\n')));
  if (facts.length > 0) return { text: `From memory: ${facts.join(' ')}`, toolCalls: [] };
  const failed = round.calls.find((call) => call.isError);
  const subject = subjectOf(round.openTasks) || 'that';
  const why =
    failed !== undefined
      ? `the tool ${failed.name} failed: ${failed.output.slice(0, 300)}`
      : toolFor('search', tools) === undefined && toolFor('list', tools) === undefined
        ? 'I was given no tool to look anything up with'
        : `I found nothing about ${subject} in the workspace`;
  const text = `I am ${model}, a simulated model without knowledge of my own: I can only work from notes in the workspace, and ${why}.`;
  return { text, toolCalls: [] };
}
