import type { Database } from '../db/database.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { AskProvider } from '../guardrails/ask-provider.ts';
import type { ToolConnections } from '../mcp/calls/tool-call.ts';
import { KEPT_RESULT_BYTES, RESULT_BYTES } from '../mcp/results/result-cap.ts';
import type { Meaning } from '../models/embeddings/meaning.ts';
import type { InputCounter } from '../models/input-count/input-counter.ts';
import type { CallModelOnce } from '../models/model-call.ts';
import type { ModelRegistry } from '../models/model-registry.ts';
import type { Report } from '../processes/log-line.ts';
import type { ReadingPaces } from '../processes/reading-pace.ts';
import type { Sealer } from '../processes/seal.ts';
import type { TenantMeter } from '../processes/tenant-meter.ts';
import type { TracedRun } from '../telemetry/trace-ids.ts';
import type { DeltaWriter } from './call-model/delta-writer.ts';
import type { InterruptDoorbell } from './call-model/interrupt-doorbell.ts';
import type { KeptTranscripts } from './call-model/kept-transcripts.ts';
import type { SessionTools } from './call-tools/session-tools.ts';
import type { StageShares } from './shares/stage-shares.ts';
import type { StageWatch } from './stage-watch.ts';

/** Points of a turn, of the inbox bridge, of the fact embedder and of bulk jobs at which fault tests kill the process. */
export type FaultPoint =
  | 'context.before'
  | 'context.after'
  | 'input_judged.after'
  | 'input_verdicts_kept.after'
  | 'reservation.before'
  | 'reservation.after'
  | 'input_counted.after'
  | 'count_stored.after'
  | 'model_dispatched.after'
  | 'model_answered.after'
  | 'answer_stored.before'
  | 'answer_stored.after'
  | 'tool_dispatched.before'
  | 'tool_dispatched.after'
  | 'form_asked.after'
  | 'form_answered.after'
  | 'tool_answered.after'
  | 'tool_stored.after'
  | 'effect_asked.after'
  | 'calls_settled.before'
  | 'calls_settled.after'
  | 'turn_closed.before'
  | 'turn_closed.after'
  | 'summary_dispatched.after'
  | 'summary_answered.after'
  | 'summary_stored.after'
  | 'facts_embedded.after'
  | 'bulk_part_taken.after'
  | 'bulk_item.before'
  | 'bulk_item.after'
  | 'bulk_job_ended.after'
  | 'inbox_claimed.after'
  | 'signalled.after';

/** Everything that stages use outside themselves. Adapters come in here. */
export interface StageDeps {
  readonly db: Database;
  /** Tells streams to look now. It is called after a commit, and a call that is lost costs a poll, but no event. */
  readonly notifier: { eventsAppended(sessionId: string): void; inboxAppended(sessionId: string): void };
  readonly registry: ModelRegistry;
  readonly callModelOnce: CallModelOnce;
  /** The paces at which this process reads what tenants are sent. */
  readonly readingPaces: ReadingPaces;
  readonly inputCounter: InputCounter;
  readonly toolConnections: ToolConnections;
  /** Asks an external guardrail provider. */
  readonly askProvider: AskProvider;
  /** Vectors of texts. Absent: memory is searched by words alone. */
  readonly meaning?: Pick<Meaning, 'vectorOf'> | undefined;
  readonly sessionTools: SessionTools;
  readonly transcripts: KeptTranscripts;
  /** Evaluates what models, servers and tenants wrote. */
  readonly evaluator: Pick<Evaluator, 'of'>;
  readonly sealer: Sealer;
  /** Counts what each tenant costs this process. */
  readonly meter: TenantMeter;
  readonly doorbell: InterruptDoorbell;
  readonly deltas: Pick<DeltaWriter, 'open'>;
  readonly shares: StageShares;
  readonly watch: StageWatch;
  /** What a tool server is told of the trace to which a call belongs. Absent: nothing is traced. */
  readonly traceparentOfCall?: ((run: TracedRun, callId: string) => string) | undefined;
  readonly limits: StageLimits;
  readonly nowMs: () => number;
  /** Does nothing in production. */
  readonly reached: (point: FaultPoint) => void;
  /** Writes a line at once. What becomes true with a transaction is reported through the transaction. */
  readonly report: Report;
}

export interface StageLimits {
  /** How many tokens of transcript a prompt may hold. */
  readonly transcriptTokens: number;
  readonly toolTimeoutMs: number;
  /** The longest time that a tool may take if its server reports progress. */
  readonly toolLongestMs: number;
  /** The time for which an interrupted session waits for a call that may have had an effect. */
  readonly toolCancelWaitMs: number;
  /** The time that a person has to answer a form. The call holds a connection and a slot of the worker meanwhile. */
  readonly formWaitMs: number;
  /** How many UTF-8 bytes of a tool result reach the model. */
  readonly toolResultBytes: number;
  /** How many UTF-8 bytes are kept of a result that is longer. */
  readonly artifactBytes: number;
  /** How long a turn waits while every arm is down. */
  readonly outageWaitMs: number;
  /** How long a turn waits for money that others hold reserved. */
  readonly releaseWaitMs: number;
}

export const defaultLimits: StageLimits = {
  transcriptTokens: 24_000,
  toolTimeoutMs: 60_000,
  toolLongestMs: 600_000,
  toolCancelWaitMs: 3_000,
  formWaitMs: 600_000,
  toolResultBytes: RESULT_BYTES,
  artifactBytes: KEPT_RESULT_BYTES,
  outageWaitMs: 600_000,
  releaseWaitMs: 60_000,
};
