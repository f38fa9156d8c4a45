import { EventEmitter, once } from 'node:events';
import type { ModelUsage } from '../../domain/model-usage.ts';
import { addUsage, noUsage, type RequestRecord, type ScriptReport, unsent } from './request-record.ts';
import type { Attempt, Script, ScriptedCount } from './script-schema.ts';

/** Number of requests that stay listed for a generate script. The sums count all requests. */
const generateLogLength = 1_000;

/** A script that was put, with its position and its log of requests. */
export class LoadedScript {
  readonly name: string;
  readonly #script: Script;
  readonly #attemptsOfTurn = new Map<number, number>();
  readonly #released = new Set<string>();
  readonly #changed = new EventEmitter().setMaxListeners(0);
  readonly #records: RequestRecord[] = [];
  #seen = 0;
  #closed = 0;
  #counts = 0;
  #reported: ModelUsage = noUsage;
  #exhausted: ScriptReport['exhausted'] = null;

  constructor(name: string, script: Script) {
    this.name = name;
    this.#script = script;
  }

  /** Adds a request that has arrived to the log. */
  open(request: Omit<RequestRecord, 'index' | 'closed' | 'sent'>): RequestRecord {
    const isGenerate = 'generate' in this.#script;
    const body = isGenerate ? null : request.body;
    const record: RequestRecord = { index: this.#seen, ...request, body, closed: false, sent: unsent() };
    this.#seen += 1;
    this.#records.push(record);
    if (isGenerate && this.#records.length > generateLogLength) this.#records.shift();
    this.#changed.emit('change');
    return record;
  }

  close(record: RequestRecord): void {
    if (record.closed) return;
    record.closed = true;
    this.#closed += 1;
    if (record.sent.usage !== null && record.sent.usageComplete) {
      this.#reported = addUsage(this.#reported, record.sent.usage);
    }
    this.#changed.emit('change');
  }

  /** Counts a request for `turn`. @returns the index of its attempt, from 0 */
  nextAttempt(turn: number): number {
    const attempt = this.#attemptsOfTurn.get(turn) ?? 0;
    this.#attemptsOfTurn.set(turn, attempt + 1);
    return attempt;
  }

  /** Notes a question for the input tokens of a request. @returns what the script answers. Undefined: the real number */
  countAsked(): ScriptedCount {
    this.#counts += 1;
    this.#changed.emit('change');
    return this.#script.inputCount;
  }

  /** What the script answers to a request for a summary. Undefined: the simulated agent writes the summary. */
  get summary(): Attempt | undefined {
    return this.#script.summary;
  }

  /** The script's answer. Undefined when the script has none left: it is then marked as exhausted. */
  play(turn: number, attempt: number): Attempt | undefined {
    if ('generate' in this.#script) return generatedAttempt(this.#script.generate, turn);
    const { turns, repeat, repeatLastAttempt } = this.#script;
    const attempts = turns[repeat === true ? turn % turns.length : turn];
    const played = attempts?.[attempt] ?? (repeatLastAttempt === true ? attempts?.at(-1) : undefined);
    if (played === undefined) {
      const has = attempts === undefined ? `${turns.length} turns` : `${attempts.length} attempts for this turn`;
      const detail = `script ${this.name} was asked for turn ${turn}, attempt ${attempt}, but has ${has}`;
      this.#exhausted ??= { turn, attempt, detail };
      this.#changed.emit('change');
    }
    return played;
  }

  release(hold: string): void {
    this.#released.add(hold);
    this.#changed.emit('change');
  }

  /** Resolves when the hold is released, or at once when it was released before. @throws AbortError */
  untilReleased(hold: string, signal: AbortSignal): Promise<void> {
    return this.until(() => this.#released.has(hold), signal);
  }

  /** Resolves when the log meets the condition. @throws AbortError */
  async until(condition: (report: { seen: number; closed: number }) => boolean, signal: AbortSignal): Promise<void> {
    while (!condition({ seen: this.#seen, closed: this.#closed })) await once(this.#changed, 'change', { signal });
  }

  report(): ScriptReport {
    return {
      name: this.name,
      exhausted: this.#exhausted,
      seen: this.#seen,
      closed: this.#closed,
      counts: this.#counts,
      reported: this.#reported,
      requests: this.#records,
    };
  }
}

function generatedAttempt(generate: Extract<Script, { generate: unknown }>['generate'], turn: number): Attempt {
  const text = 'x'.repeat(generate.textBytes ?? 0);
  const delayBeforeMs = generate.latencyMs ?? 0;
  if (generate.forever === true || turn < generate.turns) {
    return { text, delayBeforeMs, toolCalls: [{ name: generate.toolName, args: generate.toolArgs }] };
  }
  return { text: text === '' ? 'Done.' : text, delayBeforeMs };
}
