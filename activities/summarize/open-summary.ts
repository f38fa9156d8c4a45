import type { Tx } from '../../db/database.ts';
import { listOutages } from '../../db/queries/circuit.ts';
import { dayAccount, openAccount, readAccounts, reserve, runAccount } from '../../db/queries/ledger.ts';
import { attemptsOf, insertAttempt, type ModelAttempt, SUMMARY_SELECTION } from '../../db/queries/model-attempt.ts';
import { providersOfTenant } from '../../db/queries/provider.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { readSummaryToMake, type SummaryToMake, turnsToSummarize } from '../../db/queries/session-summary.ts';
import { suspensionOfTenant } from '../../db/queries/tenant.ts';
import { budgetDay, type Headroom, headroomOf } from '../../domain/budget.ts';
import { isOutOf } from '../../domain/model-outage.ts';
import { costNanoUsd, worstCaseNanoUsd } from '../../domain/prices.ts';
import {
  SUMMARIZED_CHARACTERS,
  SUMMARIZED_TURNS,
  SUMMARY_OUTPUT_TOKENS,
  type SummarizedTurn,
  summarizedBytes,
  summaryRequest,
} from '../../domain/summary.ts';
import { countTokens } from '../../domain/tokens.ts';
import type { ModelRequest } from '../../models/model-call.ts';
import type { OfferedModel } from '../../models/model-registry.ts';
import { messageBytesBound, REQUEST_FRAME_BYTES } from '../../models/request-bound.ts';
import { closeAttempt } from '../../transitions/attempt-ledger.ts';
import { targetOf } from '../call-model/target.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { SummarizeResult, TurnRef } from '../stage-results.ts';

/** A request for a summary that is recorded as `dispatched` and may now be sent. */
export interface OpenedSummary {
  readonly kind: 'dispatch';
  readonly attempt: ModelAttempt;
  readonly spec: OfferedModel;
  readonly throughTurn: number;
  /** The last turn of the summary before it, which it takes in. Undefined: it is the first. */
  readonly previousThroughTurn: number | undefined;
  /** Tokens of the whole prompt, by our own tokenizer. */
  readonly promptTokens: number;
  readonly request: Omit<ModelRequest, 'signal'>;
}

/** How often a summary is asked for, when workers are killed meanwhile. */
const ATTEMPTS = 3;
/** A summary reserves at most this part of what is left, so that no turn has to wait for it. */
const HEADROOM_SHARE = 10n;
/** The length at which the costs of models are compared. */
const REFERENCE_OUTPUT_TOKENS = 800;

/**
 * The opening transaction of a summary. An attempt that a killed worker left open is closed as unknown, and the next attempt
 * reserves money of its own (I4).
 */
export async function openSummary(
  tx: Tx,
  deps: StageDeps,
  ref: TurnRef,
): Promise<OpenedSummary | { kind: 'done'; result: SummarizeResult }> {
  const skipped = (why: string) => ({ kind: 'done', result: { kind: 'skipped', why } }) as const;
  const { session, ended, ...read } = await behindLock(tx, ref, () => ({
    suspension: suspensionOfTenant(tx),
    toMake: readSummaryToMake(tx, ref.sessionId, ref.turn),
    attempts: attemptsOf(tx, ref.sessionId, ref.turn, SUMMARY_SELECTION),
    providers: providersOfTenant(tx),
    circuits: listOutages(tx),
  }));
  const { toMake, attempts, providers, circuits } = read;
  if (ended !== undefined || toMake === undefined) return skipped('session_over');
  for (const open of attempts.filter(({ state }) => state === 'dispatched')) {
    closeAttempt(tx, session, open, { kind: 'unknown', failedType: 'model.lost' });
  }
  if (toMake.stored) return { kind: 'done', result: { kind: 'summarized' } };
  if (attempts.length >= ATTEMPTS) return skipped('attempts_lost');
  if (read.suspension !== null) return skipped('tenant_suspended');
  if (session.pausedBy !== null) return skipped('session_paused');

  const day = dayAccount(session.agentId, budgetDay(deps.nowMs()));
  openAccount(tx, { account: day, capNano: toMake.budgetDailyNano });
  const [accounts, turns] = await Promise.all([
    readAccounts(tx, [runAccount(session.id), day]),
    turnsToSummarize(tx, session.id, {
      from: (toMake.latest?.throughTurn ?? -1) + 1,
      to: Math.min(toMake.wholeFrom, ref.turn) - 1,
      limit: SUMMARIZED_TURNS,
      characters: SUMMARIZED_CHARACTERS,
    }),
  ]);
  const countOnce = memoized(countTokens);
  const candidates = deps.registry
    .offeredModels(providers, session.models)
    .filter((model) => !circuits.some((outage) => isOutOf(outage, model)))
    .flatMap((spec) => requestFor(spec, { toMake, turns, session, countOnce }) ?? [])
    .filter(({ worstCaseNano }) => isSmall(worstCaseNano, headroomOf(accounts)))
    .sort((a, b) => Number(a.expectedCostNano - b.expectedCostNano));
  for (const { spec, text, throughTurn, promptTokens, requestBytes, maxTokens, worstCaseNano } of candidates) {
    const opened = targetOf(deps, tx.tenantId, spec, providers);
    if ('problem' in opened) continue;
    const { target } = opened;
    const attempt: ModelAttempt = {
      turn: ref.turn,
      selection: SUMMARY_SELECTION,
      attempt: attempts.length + 1,
      agentId: session.agentId,
      provider: spec.provider,
      model: spec.model,
      dayAccount: day,
      state: 'dispatched',
      reservedNano: worstCaseNano,
      chargedNano: 0n,
      excessNano: 0n,
    };
    insertAttempt(tx, session.id, attempt);
    reserve(tx, runAccount(session.id), day, worstCaseNano);
    return {
      kind: 'dispatch',
      attempt,
      spec,
      throughTurn,
      previousThroughTurn: toMake.latest?.throughTurn,
      promptTokens,
      request: {
        target,
        system: '',
        messages: [{ role: 'user', text }],
        tools: [],
        maxOutputTokens: maxTokens,
        maxRequestBytes: requestBytes,
      },
    };
  }
  return skipped('no_model');
}

/** What a model would be asked, and what that costs. Undefined: there is nothing to summarize, or it does not fit the model. */
function requestFor(
  spec: OfferedModel,
  {
    toMake,
    turns,
    session,
    countOnce,
  }: {
    toMake: SummaryToMake;
    turns: readonly SummarizedTurn[];
    session: SessionRow;
    countOnce: (text: string) => number;
  },
) {
  const maxTokens = Math.min(
    SUMMARY_OUTPUT_TOKENS,
    session.maxOutputTokens ?? SUMMARY_OUTPUT_TOKENS,
    spec.maxOutputTokens,
    Math.floor(spec.contextWindow / 4),
  );
  const request = summaryRequest(
    turns,
    { previous: toMake.latest?.text, latestMessage: toMake.latestMessage },
    summarizedBytes(spec.contextWindow, maxTokens),
  );
  if (request === undefined) return undefined;
  const { text, throughTurn } = request;
  const promptTokens = countOnce(text);
  if (promptTokens + maxTokens > spec.contextWindow) return undefined;
  const requestBytes = REQUEST_FRAME_BYTES + messageBytesBound({ role: 'user', text });
  return {
    spec,
    text,
    throughTurn,
    promptTokens,
    requestBytes,
    maxTokens,
    expectedCostNano: costNanoUsd(spec.rates, {
      inputTokens: promptTokens,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: REFERENCE_OUTPUT_TOKENS,
    }),
    worstCaseNano: worstCaseNanoUsd(spec.rates, requestBytes + spec.rates.hiddenInputTokens, maxTokens),
  };
}

function isSmall(worstCaseNano: bigint, { freeNano }: Headroom): boolean {
  return freeNano === undefined || worstCaseNano * HEADROOM_SHARE <= freeNano;
}

/** Most models are asked the same, and a long text takes milliseconds to count. */
function memoized(count: (text: string) => number): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const tokens = known.get(text) ?? count(text);
    known.set(text, tokens);
    return tokens;
  };
}
