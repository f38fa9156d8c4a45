import type { z } from 'zod';
import type { SessionResource } from '../../contract/runs.ts';
import { replayRequestSchema } from '../../contract/session-replay.ts';
import type { Tx } from '../../db/database.ts';
import type { AgentRow } from '../../db/queries/agent.ts';
import { appendEvents, type NewEvent, newEvent } from '../../db/queries/event.ts';
import { openAccount, runAccount } from '../../db/queries/ledger.ts';
import { insertSession, type SessionRow } from '../../db/queries/session.ts';
import { readSession, type SessionView } from '../../db/queries/session-read.ts';
import { nextRecordedMessages, recordedEvents } from '../../db/queries/session-recording.ts';
import { feedMessages, fileBytesOf, isOneLine, markReplay } from '../../db/queries/session-replay.ts';
import { usdFromNano } from '../../domain/money.ts';
import { newId } from '../../processes/ids.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findAndLockSession, type SessionRef } from './find-session.ts';
import { readHeldSession, sessionResource } from './session-resource.ts';
import { checkLiveSessions, modelsOfRun, openAccounts, runnableAgent, startWorkflow } from './start-run.ts';

type ReplayRequest = z.infer<typeof replayRequestSchema>;

/**
 * Makes a session that is given the messages of an ended one, and the recorded results of its tool calls. It is one transaction,
 * as for a run: from its commit on the replay happens, whatever becomes of this process (I1). The recorded session is only read.
 * @throws ServiceError session_not_found, session_not_ended, session_not_replayable, and what a run is refused with
 */
export const replaySession: Verb<SessionRef & { body: unknown }, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(replayRequestSchema, input.body);
  const sessionId = newId('sess', ctx.nowMs());
  const session = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    // Under the lock it is neither erased nor made to go on before the replay stands.
    const source = await findAndLockSession(tx, input);
    refuseLive(source);
    if (!(await isOneLine(tx, source.id))) throw notReplayable('its transcript has turns of another, or lacks some.');
    const agent = await runnableAgent(tx, source.agentId);
    await requireRoom(tx, { sessions: 1, ended_sessions: 1, file_bytes: await fileBytesOf(tx, source.id) });
    await insertReplay(tx, ctx, agent, { sessionId, source, request });
    await audit(tx, ctx, 'session.replay', sessionId, { ...request, replay_of: source.id });
    await checkLiveSessions(tx, ctx, agent);
    const view = await readHeldSession(tx, sessionId);
    return sessionResource(view);
  });
  ctx.afterCommit(() => void startWorkflow(ctx, session));
  return session;
};

function refuseLive({ endReason }: SessionRow): void {
  if (endReason !== null) return;
  throw new ServiceError('session_not_ended', 'The session has not ended. Only an ended session can be replayed.', {
    recovery: { action: 'Wait for session.status_ended, or end it with POST …/terminate.' },
  });
}

function notReplayable(why: string): ServiceError {
  const action = 'Replay a session that was neither forked from another nor rewound, and that has read a message.';
  return new ServiceError('session_not_replayable', `The session cannot be replayed: ${why}`, { recovery: { action } });
}

async function insertReplay(
  tx: Tx,
  ctx: ServiceContext,
  agent: AgentRow,
  replay: { readonly sessionId: string; readonly source: SessionRow; readonly request: ReplayRequest },
): Promise<void> {
  const { sessionId, source, request } = replay;
  const recordedModels = request.models === 'recorded';
  const models = Array.isArray(request.models) ? request.models : source.models;
  const view = await readSession(tx, source.id);
  const first = await nextRecordedMessages(tx, source.id, 0);
  const [begin] = await recordedEvents(tx, source.id, ['running:0']);
  if (view === undefined || first?.turn !== 0) {
    throw notReplayable('it has read no message.');
  }
  await openRun(tx, ctx, agent, { sessionId, view, recordedModels, models });
  await insertSession(tx, {
    id: sessionId,
    agentId: source.agentId,
    apiKeyId: ctx.keyId,
    requestId: ctx.requestId,
    maxTurns: source.maxTurns,
    onComplete: source.onComplete,
    idleTimeoutMs: source.idleTimeoutMs,
    approvalTimeoutMs: source.approvalTimeoutMs,
    models,
    tools: source.tools,
    contextTokens: source.contextTokens,
    maxOutputTokens: source.maxOutputTokens,
    onBudget: source.onBudget,
    metadata: view.metadata,
  });
  const { tools, on_missing: onMissing } = request;
  markReplay(tx, sessionId, { of: source.id, tools, onMissing, recordedModels, fedSeq: 0 });
  // These messages need no signal: the workflow begins with them.
  const ids = first.seqs.map(() => newId('evt', ctx.nowMs()));
  feedMessages(tx, sessionId, { of: source.id }, { seqs: first.seqs, ids, signalled: true });
  appendEvents(tx, sessionId, [firstEvent(begin, { sessionId, source, view })]);
}

/** With recorded answers, only the run has an account: nothing is paid, so nothing of the agent's day is needed. */
async function openRun(
  tx: Tx,
  ctx: ServiceContext,
  agent: AgentRow,
  run: {
    readonly sessionId: string;
    readonly view: SessionView;
    readonly recordedModels: boolean;
    readonly models: readonly string[] | null;
  },
): Promise<void> {
  const { sessionId, view, models } = run;
  const { capNano } = view;
  if (run.recordedModels) {
    openAccount(tx, { account: runAccount(sessionId), capNano });
    return;
  }
  await modelsOfRun(tx, ctx, models, view.onBudget);
  await openAccounts(tx, ctx, agent, sessionId, {
    budget_cap_usd: capNano === null ? undefined : usdFromNano(capNano),
  });
}

/** The first event of the recorded session, as that of its replay. */
function firstEvent(
  begin: NewEvent | undefined,
  replay: { readonly sessionId: string; readonly source: SessionRow; readonly view: SessionView },
): NewEvent {
  const { sessionId, source, view } = replay;
  const { agentId, maxTurns } = source;
  const budgetCapUsd = view.capNano === null ? null : usdFromNano(view.capNano);
  const recorded =
    begin?.type === 'session.status_running' ? begin.data : { sessionId, agentId, maxTurns, budgetCapUsd };
  return newEvent('running:0', 'session.status_running', { ...recorded, sessionId, agentId, replayOf: source.id });
}
