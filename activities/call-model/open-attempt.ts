import type { Tx } from '../../db/database.ts';
import { guardrailsOfSession } from '../../db/queries/guardrail-config.ts';
import { reserve, runAccount } from '../../db/queries/ledger.ts';
import {
  attemptsBefore,
  attemptsOf,
  insertAttempt,
  type ModelAttempt,
  markDispatched,
} from '../../db/queries/model-attempt.ts';
import { providersOfTenant } from '../../db/queries/provider.ts';
import { markSelectionFailed, TENANT_SUSPENDED } from '../../db/queries/routing.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { dropDeltas } from '../../db/queries/text-delta.ts';
import { toolSourcesVersion } from '../../db/queries/tool-source.ts';
import { readTurnToCall } from '../../db/queries/turn-to-call.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import type { ModelRequest, ModelTarget } from '../../models/model-call.ts';
import type { OfferedModel } from '../../models/model-registry.ts';
import { usableModels } from '../../models/usable-models.ts';
import { closeAttempt, reportFailedAttempt } from '../../transitions/attempt-ledger.ts';
import { plannedToolCalls } from '../call-tools/planned-tool-calls.ts';
import { pinnedTo, type SessionCatalog } from '../call-tools/session-tools.ts';
import { answerRecorded, plannedRecorded } from '../replay/answer-recorded.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { CallModelResult, SelectionRef } from '../stage-results.ts';
import type { AnswerPlace } from './growing-answer.ts';
import { answersResultsAlone, promptOf } from './prompt.ts';
import { shownMediaData, shownMediaOf } from './prompt-media.ts';
import { targetOf } from './target.ts';

/** An attempt that is recorded as `dispatched` and may now be sent. */
export interface OpenedAttempt {
  readonly kind: 'dispatch';
  readonly attempt: ModelAttempt;
  readonly spec: OfferedModel;
  /** The tools that the model is offered. Its calls are judged by the same catalog. */
  readonly catalog: SessionCatalog;
  readonly interruptWaits: boolean;
  /** True when the answer might be longer with more money. */
  readonly clampedForMoney: boolean;
  /** Tokens of the whole prompt, by our own tokenizer. */
  readonly promptTokens: number;
  /** The images that it shows, with a bound on their tokens. */
  readonly images: { readonly count: number; readonly tokens: number };
  /** The answer to which streamed text belongs. */
  readonly place: AnswerPlace;
  /** The guardrails of the agent when the request was sent. External providers are asked by these rules. */
  readonly guardrails: GuardrailLayers;
  /** True when a stream asks for the text while it arrives. */
  readonly deltasWanted: boolean;
  readonly request: Omit<ModelRequest, 'signal'>;
}

/** Why a request that was selected is not sent after all. */
const NOT_SENT = {
  'budget.exhausted': 'The request had to be made again, and what it may cost no longer fits the budget.',
  [TENANT_SUSPENDED]: 'The operator has suspended the tenant.',
  'model.disconnected': 'The provider was disconnected, or does not offer this model any more.',
} as const;

/** The same for a provider whose key or headers do not open. */
const notOpened = (problem: string) =>
  `The stored key or headers of the provider do not open: ${problem}. Add that key to AGENT_RUNS_SEALING_KEYS_OLD, or give them again with PATCH /v1/providers/{id}.`;

/**
 * The opening transaction. An answer that is stored already is returned. An attempt that a killed worker left open is
 * closed as unknown, and the next attempt reserves money of its own (I4).
 * @param mayReserve false when that reservation was refused: the selection fails instead
 */
export async function openAttempt(
  tx: Tx,
  deps: StageDeps,
  ref: SelectionRef,
  mayReserve: boolean,
): Promise<OpenedAttempt | { kind: 'done'; result: CallModelResult }> {
  const done = (result: CallModelResult) => ({ kind: 'done', result }) as const;
  const { sessionId } = ref;
  const { session, ended, ...read } = await behindLock(tx, ref, () => ({
    turn: readTurnToCall(tx, sessionId, ref.turn, ref.selection),
    transcript: deps.transcripts.read(tx, sessionId, ref),
    attempts: attemptsOf(tx, sessionId, ref.turn, ref.selection),
    before: ref.selection === 0 ? 0 : attemptsBefore(tx, sessionId, ref.turn, ref.selection),
    providers: providersOfTenant(tx),
    guardrails: guardrailsOfSession(tx, sessionId),
    toolsVersion: toolSourcesVersion(tx, sessionId),
  }));
  if (ended !== undefined) return done(ended);
  const { turn, transcript, attempts, before, providers, toolsVersion } = read;
  if (turn === undefined) {
    throw new TypeError(`A model was to be called for turn ${ref.turn} of ${session.id} before one was selected.`);
  }
  if (turn.answered) {
    // A selection that was made after the answer was stored has nothing to pay for.
    for (const spare of attempts.filter((attempt) => attempt.state === 'reserved')) {
      closeAttempt(tx, session, spare, { kind: 'released', failedType: 'model.already_answered' });
    }
    const plan = session.replay?.recordedModels
      ? plannedRecorded(tx, session.id, session.replay, ref.turn)
      : plannedToolCalls(tx, session.id, ref.turn);
    return done({ kind: 'answered', ...(await plan) });
  }
  if (turn.failedType !== null) return done({ kind: 'failed', type: turn.failedType });
  if (session.replay?.recordedModels) return done(await answerRecorded(tx, ref, session, session.replay));

  const fail = (type: string, message: string) => {
    markSelectionFailed(tx, session.id, ref.turn, ref.selection, { type, message });
    return done({ kind: 'failed', type });
  };
  const { own, others } = usableModels(deps.registry, providers, session);
  const spec = [...own, ...others].find(({ provider, model }) => provider === turn.provider && model === turn.model);
  const catalog = pinnedTo(await deps.sessionTools.catalog(tx, session, toolsVersion), turn.toolPins);
  const attempt = nextAttempt(tx, session, attempts, mayReserve);
  dropDeltas(tx, session);
  if (attempt === undefined) return fail('budget.exhausted', NOT_SENT['budget.exhausted']);
  const failUnsent = (failedType: string, message: string) => {
    closeAttempt(tx, session, attempt, { kind: 'released', failedType });
    return fail(failedType, message);
  };
  if (turn.suspended) return failUnsent(TENANT_SUSPENDED, NOT_SENT[TENANT_SUSPENDED]);
  if (spec === undefined) return failUnsent('model.disconnected', NOT_SENT['model.disconnected']);
  const opened = targetOf(deps, tx.tenantId, spec, providers);
  if ('problem' in opened) return failUnsent('model.unauthorized', notOpened(opened.problem));
  const prompt = promptOf(turn, transcript, catalog, await shownMediaData(tx, session.id, transcript));
  return {
    kind: 'dispatch',
    attempt,
    spec,
    catalog,
    guardrails: read.guardrails,
    images: shownMediaOf(prompt.messages, spec),
    interruptWaits: turn.interrupted,
    clampedForMoney: turn.clampedForMoney,
    promptTokens: turn.promptTokens,
    place: {
      tenantId: tx.tenantId,
      sessionId: session.id,
      turn: ref.turn,
      selection: ref.selection,
      selectionAttempt: attempt.attempt,
      attempt: before + attempt.attempt,
      afterSeq: session.eventSeq,
    },
    deltasWanted: session.deltasWanted,
    request: {
      ...prompt,
      cacheKey: session.id,
      mayBeEmpty: answersResultsAlone(transcript.turns),
      target: turn.withoutCache ? withoutCache(opened.target) : opened.target,
      maxOutputTokens: turn.maxTokens,
      maxRequestBytes: turn.requestBytes,
    },
  };
}

function withoutCache(target: ModelTarget): ModelTarget {
  return { ...target, dialect: { ...target.dialect, prompt_cache: false } };
}

/**
 * The first attempt takes over the reservation of the selection, a later one makes its own.
 * @returns undefined when it may not reserve
 */
function nextAttempt(
  tx: Tx,
  session: SessionRow,
  attempts: readonly ModelAttempt[],
  mayReserve: boolean,
): ModelAttempt | undefined {
  for (const open of attempts.filter((attempt) => attempt.state === 'dispatched')) {
    closeAttempt(tx, session, open, { kind: 'unknown', failedType: 'model.lost' });
  }
  const waiting = attempts.find((attempt) => attempt.state === 'reserved');
  if (waiting !== undefined) {
    markDispatched(tx, session.id, waiting);
    return { ...waiting, state: 'dispatched' };
  }
  const last = attempts.at(-1);
  if (last === undefined) throw new TypeError(`A selection of session ${session.id} has no attempt.`);
  const next: ModelAttempt = {
    ...last,
    attempt: last.attempt + 1,
    state: 'dispatched',
    chargedNano: 0n,
    excessNano: 0n,
  };
  if (!mayReserve) {
    reportFailedAttempt(tx, session, next, { cause: 'budget.exhausted', state: 'released' });
    return undefined;
  }
  insertAttempt(tx, session.id, next);
  reserve(tx, runAccount(session.id), next.dayAccount, next.reservedNano);
  return next;
}
