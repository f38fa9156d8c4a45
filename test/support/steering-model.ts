import type { WatchedEvent } from './event-watch.ts';

/** The options with which a session of the model-based test is started. */
export interface SteeredOptions {
  readonly onComplete: 'end' | 'idle';
  readonly onBudget: 'stop' | 'ask' | 'downgrade';
  readonly idleTimeoutS: number;
  readonly maxTurns: number;
  readonly capUsd: number;
  /** The model makes calls about which people are asked. */
  readonly asks: boolean;
}

/** The decision of a person about a call. */
export interface Decision {
  /** The state of the call at the end, unless an interrupt comes before it is acted upon. */
  readonly becomes: 'succeeded' | 'denied' | 'unknown';
  /** It allows other calls of the tool, too. */
  readonly ofTool?: boolean | undefined;
}

/** The facts that a client knows from the answers that it got. */
export interface SteeringModel {
  readonly options: SteeredOptions;
  /** Texts that were answered with 202, in the order of their inbox_seq. The first is the message of the run. */
  readonly accepted: string[];
  readonly refused: string[];
  /** The last inbox_seq, of a message or an interrupt. */
  inboxSeq: number;
  interrupted: boolean;
  /** A request was refused because the session had ended. */
  ended: boolean;
  readonly capsUsd: number[];
  readonly turnLimits: number[];
  /** The last decision that was accepted about each call, by its id. */
  readonly decisions: Map<string, Decision>;
  /** The ids of questions whose answer was accepted. */
  readonly answered: Set<string>;
  /** Tools that were allowed for the whole session. */
  readonly allowedTools: Set<string>;
  /** Requests that were answered under a key. They may be sent again. */
  readonly keyed: { readonly key: string; readonly text: string; readonly receipt: unknown }[];
}

export interface ReadTranscript {
  readonly role: string;
  readonly text?: string | undefined;
  readonly tool_calls?: readonly { readonly tool_use_id: string }[] | undefined;
  readonly tool_use_id?: string | undefined;
  readonly tool_name?: string | undefined;
  readonly state?: string | undefined;
}

/** The tool that is under approval. */
export const ASKING_TOOL = 'workspace_write';

export function newSteeringModel(options: SteeredOptions, firstMessage: string): SteeringModel {
  return {
    options,
    accepted: [firstMessage],
    refused: [],
    inboxSeq: 1,
    interrupted: false,
    ended: false,
    capsUsd: [options.capUsd],
    turnLimits: [options.maxTurns],
    decisions: new Map(),
    answered: new Set(),
    allowedTools: new Set(),
    keyed: [],
  };
}

/** Compares an ended session with what its client was answered. @returns the differences */
export function steeringViolations(
  model: SteeringModel,
  events: readonly WatchedEvent[],
  transcript: readonly ReadTranscript[],
): string[] {
  const violations: string[] = [];
  const require = (holds: boolean, what: string) => {
    if (!holds) violations.push(what);
  };
  const end = events.at(-1)?.data ?? {};
  const reason = String(end.reason);
  const undelivered = Number(end.undelivered ?? 0);

  const read = transcript.flatMap((entry) => (entry.role === 'user' ? [entry.text ?? ''] : []));
  const expected = model.accepted.slice(0, model.accepted.length - undelivered);
  require(JSON.stringify(read) === JSON.stringify(expected), `read ${read.join('|')} instead of ${expected.join('|')}`);
  const shown = JSON.stringify([events, transcript]);
  for (const text of model.refused) require(!shown.includes(text), `"${text}" was refused and appears`);

  require(lawfulStatuses(events), `the statuses are ${statusesOf(events).join(' ')}`);
  require(lawfulReasons(model).includes(reason), `it ended as ${reason}`);
  require(undelivered === 0 ||
    (reason !== 'completed' && reason !== 'idle_timeout'), `it was ${reason} with messages unread`);

  const used = events.filter((event) => event.type === 'agent.tool_use').map((event) => event.data.toolUseId);
  const results = events.filter((event) => event.type === 'agent.tool_result').map((event) => event.data.toolUseId);
  require(sameMembers(used, results), `calls ${used.join(' ')} have results ${results.join(' ')}`);
  const called = transcript.flatMap((entry) => entry.tool_calls ?? []).map((call) => call.tool_use_id);
  const answered = transcript.flatMap((entry) => entry.tool_use_id ?? []);
  require(JSON.stringify(called) === JSON.stringify(answered), 'the transcript has a tool call without its result');

  for (const { tool_use_id: id = '', tool_name: tool, state } of transcript.filter(({ role }) => role === 'tool')) {
    const decision = model.decisions.get(id);
    const isMade = decision?.becomes === 'succeeded' || model.allowedTools.has(tool ?? '');
    require(tool !== ASKING_TOOL || state !== 'succeeded' || isMade, `${id} was made and nobody allowed it`);
    require(decision === undefined ||
      model.interrupted ||
      state === decision.becomes, `${id} is ${state} instead of ${decision?.becomes}`);
  }

  const partials = events.filter((event) => event.type === 'agent.message' && event.data.partial === true);
  require(partials.length === 0 ||
    (partials.length === 1 && model.interrupted), 'a partial answer without an interrupt');
  require(Number(end.totalCostUsd) <= Math.max(...model.capsUsd), `it cost ${end.totalCostUsd}`);
  require(Number(end.totalTurns) <= Math.max(...model.turnLimits), `it took ${end.totalTurns} turns`);
  return violations;
}

/**
 * True if the statuses have the form: running (idle running)* [idle] ended. A session that is idle for money, or for a person,
 * may say so again, with other figures or questions.
 */
function lawfulStatuses(events: readonly WatchedEvent[]): boolean {
  const isNews = (event: WatchedEvent, before: WatchedEvent | undefined) =>
    before?.type !== event.type || whatItWaitsFor(before) !== whatItWaitsFor(event);
  const statuses = events.filter((event) => event.type.startsWith('session.status_'));
  const areNews = statuses.every((event, index) => isNews(event, statuses[index - 1]));
  return areNews && /^running(( idle)+ running)*( idle)* ended$/.test(statusesOf(events).join(' '));
}

function whatItWaitsFor({ data }: WatchedEvent): string {
  return JSON.stringify([data.budget, data.pending]);
}

function statusesOf(events: readonly WatchedEvent[]): string[] {
  return events.flatMap((event) => (event.type.startsWith('session.status_') ? [event.type.slice(15)] : []));
}

/** The reasons for which the session may end. After an interrupt was accepted, it can end for no other reason. */
function lawfulReasons(model: SteeringModel): string[] {
  if (model.interrupted) return ['interrupted'];
  const exhausted = ['max_turns', 'budget_exhausted'];
  // A session that may go idle can be `completed`, too: it does not go idle when it has no turn left.
  return [...exhausted, 'completed', ...(model.options.onComplete === 'idle' ? ['idle_timeout'] : [])];
}

function sameMembers(a: readonly unknown[], b: readonly unknown[]): boolean {
  return JSON.stringify(a.map(String).sort()) === JSON.stringify(b.map(String).sort());
}
