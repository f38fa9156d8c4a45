import type { z } from 'zod';
import { type Page, pageQuerySchema } from '../../contract/fields.ts';
import { forkRequestSchema, type SessionResource } from '../../contract/runs.ts';
import type { Tx } from '../../db/database.ts';
import { appendEvents, newEvent } from '../../db/queries/event.ts';
import { insertInboxMessage } from '../../db/queries/inbox.ts';
import { holdTranscript, inheritTurns } from '../../db/queries/inherited-turns.ts';
import { insertSession } from '../../db/queries/session.ts';
import { copyContextTexts, setSessionContext } from '../../db/queries/session-context.ts';
import {
  type ForkPoint,
  forkPoint,
  listForks,
  markForked,
  type SettingsOfSession,
  settingsOfSession,
} from '../../db/queries/session-fork.ts';
import type { SessionView } from '../../db/queries/session-read.ts';
import { taintOfSession } from '../../db/queries/taint.ts';
import { storeContextBlocks } from '../../db/queries/turn.ts';
import { usdFromNano } from '../../domain/money.ts';
import { changedContext } from '../../domain/session-context.ts';
import { newId } from '../../processes/ids.ts';
import { requireRoom, requireSize } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { decodeCursor, encodeCursor, pageOf } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findSession, findSessionLog, type SessionRef } from './find-session.ts';
import { type OwnDocuments, ownDocuments } from './own-documents.ts';
import { readHeldSession, sessionResource } from './session-resource.ts';
import { startGoingOn } from './start-going-on.ts';
import { checkLiveSessions, modelsOfRun, openAccounts, runnableAgent } from './start-run.ts';
import { type ToolsOfRun, toolsOfRun } from './tools-of-run.ts';

type ForkRequest = z.infer<typeof forkRequestSchema>;

/**
 * Makes a session that begins with the transcript of another, up to and including a turn. Of the other session nothing is changed,
 * and nothing is copied but its settings. From the commit on the fork goes on, whatever becomes of this process (I1).
 * @throws ServiceError session_not_found, turn_not_finished, and what a run is refused with
 */
export const forkSession: Verb<SessionRef & { body: unknown }, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(forkRequestSchema, input.body);
  requireSize(ctx, 'metadata_bytes', request.metadata);
  const documents = ownDocuments(ctx, request.context);
  const sessionId = newId('sess', ctx.nowMs());
  const resource = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { id: sourceId, agentId } = await findSession(tx, input);
    await holdTranscript(tx, sourceId);
    const source = await settingsOfSession(tx, sourceId);
    if (source === undefined) throw new ServiceError('session_not_found', `No session "${sourceId}".`);
    const agent = await runnableAgent(tx, agentId);
    const point = await forkPoint(tx, sourceId, request.from_turn);
    if (point === undefined) throw notFinished(source, request.from_turn);
    const models = request.models ?? source.models;
    await modelsOfRun(tx, ctx, models, source.onBudget);
    const offered = await toolsOfRun(tx, request.tools);
    await requireRoom(tx, { sessions: 1, ended_sessions: 1 });
    const capUsd = request.budget_cap_usd ?? (source.capNano === null ? undefined : usdFromNano(source.capNano));
    await openAccounts(tx, ctx, agent, sessionId, { budget_cap_usd: capUsd });
    await insertFork(tx, ctx, { sessionId, sourceId, agentId, source, request, documents, point, capUsd, offered });
    await audit(tx, ctx, 'session.fork', sessionId, { forked_from: sourceId, from_turn: request.from_turn });
    await checkLiveSessions(tx, ctx, agent);
    const view = await readHeldSession(tx, sessionId);
    return { ...sessionResource(view), ...offered };
  });
  ctx.afterCommit(() => void startGoingOn(ctx, resource.id));
  return resource;
};

/** Lists the forks of a session, newest first. @throws ServiceError session_not_found, invalid_cursor */
export const forksOfSession: Verb<SessionRef & { query: unknown }, Page<SessionResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const query = parseInput(pageQuerySchema, input.query);
  const cursor = decodeCursor(query.cursor);
  const rows = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    await findSessionLog(tx, input);
    return listForks(tx, input.sessionId, { limit: query.limit + 1, cursor });
  });
  const cursorOf = (row: SessionView) => encodeCursor({ createdAt: row.createdAtText, id: row.id });
  return pageOf(rows, query.limit, sessionResource, cursorOf, rows[0]?.found);
};

function notFinished({ turns }: SettingsOfSession, turn: number): ServiceError {
  const finished = turns === 0 ? 'It has finished no turn yet' : `The last turn that it has finished is ${turns - 1}`;
  return new ServiceError('turn_not_finished', `The session has not finished turn ${turn}. ${finished}.`, {
    param: 'from_turn',
    recovery: { action: 'Fork it from a turn that is finished: GET …/transcript shows them.' },
  });
}

async function insertFork(
  tx: Tx,
  ctx: ServiceContext,
  fork: {
    readonly sessionId: string;
    readonly sourceId: string;
    readonly agentId: string;
    readonly source: SettingsOfSession;
    readonly request: ForkRequest;
    readonly documents: OwnDocuments;
    readonly point: ForkPoint;
    readonly capUsd: number | undefined;
    readonly offered: ToolsOfRun | undefined;
  },
): Promise<void> {
  const { sessionId, sourceId, agentId, source, request, capUsd, offered } = fork;
  const { from_turn: throughTurn, message } = request;
  const maxTurns = throughTurn + 1 + (request.max_turns ?? source.ownTurns);
  const waits = message === undefined && !fork.point.needsMore;
  await insertSession(tx, {
    ...source,
    id: sessionId,
    agentId,
    apiKeyId: ctx.keyId,
    requestId: ctx.requestId,
    maxTurns,
    models: request.models ?? source.models,
    tools: request.tools ?? source.tools,
    metadata: request.metadata ?? source.metadata,
  });
  const { given, texts } = fork.documents;
  setSessionContext(tx, sessionId, changedContext(source.context, given));
  storeContextBlocks(tx, sessionId, texts);
  copyContextTexts(tx, sessionId, sourceId, source.context);
  inheritTurns(tx, sessionId, { sourceId, throughTurn });
  const taintedBy = await taintOfSession(tx, sourceId, throughTurn + 1);
  markForked(tx, sessionId, { sourceId, throughTurn, waits, taintedBy });
  if (message !== undefined) {
    // This message needs no signal: the workflow begins with it.
    await insertInboxMessage(tx, {
      sessionId,
      id: newId('evt', ctx.nowMs()),
      type: 'user.message',
      payload: { text: message },
      from: ctx,
      signalled: true,
    });
  }
  const running = newEvent('running:0', 'session.status_running', {
    sessionId,
    agentId,
    maxTurns,
    budgetCapUsd: capUsd ?? null,
    forkedFrom: { sessionId: sourceId, turn: throughTurn },
    tools: offered?.tools,
    warnings: offered?.warnings.length ? offered.warnings : undefined,
  });
  const idle = newEvent('idle:fork', 'session.status_idle', {
    cause: 'awaiting_input',
    idleTimeoutMs: source.idleTimeoutMs,
  });
  appendEvents(tx, sessionId, waits ? [running, idle] : [running]);
}
