import {
  type MediaFileKind,
  mediaKinds,
  PART_BYTES,
  SESSION_FILE_FORMAT,
  SESSION_FILE_VERSION,
  sessionFileKinds,
} from '../../../contract/session-file.ts';
import type { Tx } from '../../../db/database.ts';
import { runAccount } from '../../../db/queries/ledger.ts';
import {
  contextsOfSession,
  mediaOfSession,
  readContextLines,
  readLines,
  readPart,
  readSessionLine,
  type SessionLine,
} from '../../../db/queries/session-export.ts';
import { type FileRows, fileRows } from '../../../db/session-file-columns.ts';
import { requireOneMore } from '../../tenants/require-room.ts';
import { audit } from '../../verb/audit.ts';
import { requireScope, type ServiceContext } from '../../verb/context.ts';
import { ServiceError } from '../../verb/service-error.ts';
import type { Verb } from '../../verb/verb.ts';
import { findSession, type SessionRef } from '../find-session.ts';
import { createFileSeal, type FileSeal } from './file-seal.ts';

/** The file of a session, in chunks of whole lines. Each chunk is read when it is asked for, in a transaction of its own. */
export interface ExportedSession {
  readonly sessionId: string;
  readonly chunks: AsyncGenerator<string, void, undefined>;
}

/** So many texts of contexts are read at once. Each has some kilobytes. */
const CONTEXTS_AT_ONCE = 20;

/**
 * Exports an ended session. Nothing holds it meanwhile: its rows do not change any more, and when it is made to go on or erased
 * under way, the file ends with a line that says so.
 * @throws ServiceError session_not_found, session_not_ended, limit_reached
 */
export const exportSession: Verb<SessionRef, ExportedSession> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  requireOneMore(ctx, 'streams', ctx.meter.held(ctx.tenantId, 'streams'));
  const first = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findSession(tx, input);
    const line = await sessionLine(tx, session.id);
    if (line?.ended !== true) throw notEnded();
    await audit(tx, ctx, 'session.export', session.id);
    return line;
  });
  return { sessionId: input.sessionId, chunks: chunksOf(ctx, input.sessionId, first) };
};

function notEnded(): ServiceError {
  return new ServiceError('session_not_ended', 'The session has not ended. Only an ended session can be exported.', {
    recovery: {
      action:
        'Wait for session.status_ended or end it with POST …/terminate. To keep it going, fork it from its last finished turn, terminate the fork and export that.',
    },
  });
}

function sessionLine(tx: Tx, sessionId: string): Promise<SessionLine | undefined> {
  return readSessionLine(tx, sessionId, runAccount(sessionId));
}

async function* chunksOf(
  ctx: ServiceContext,
  sessionId: string,
  first: SessionLine,
): AsyncGenerator<string, void, undefined> {
  const seal = createFileSeal();
  try {
    yield seal.add('header', `${headerOf(ctx, sessionId)}\n`, 1);
    yield seal.add('session', `${first.line}\n`, 1);
    for (const kind of sessionFileKinds) yield* linesOf(ctx, sessionId, kind, seal);
    const last = await ctx.db.transaction(ctx.tenantId, (tx) => sessionLine(tx, sessionId));
    yield last?.version === first.version ? seal.end() : failed('session_changed', CHANGED);
  } catch (error) {
    ctx.warn('A session could not be exported to its end.', error);
    yield failed('internal_error', 'The service could not read the session to its end. Export it again.');
  }
}

const CHANGED = 'The session was erased, or made to go on, while it was exported. Export it again when it has ended.';

function headerOf(ctx: ServiceContext, sessionId: string): string {
  return JSON.stringify({
    kind: 'header',
    format: SESSION_FILE_FORMAT,
    version: SESSION_FILE_VERSION,
    session_id: sessionId,
    exported_at: new Date(ctx.nowMs()).toISOString(),
    installation: ctx.publicUrl,
  });
}

function failed(code: string, message: string): string {
  return `${JSON.stringify({ kind: 'failed', code, message })}\n`;
}

async function* linesOf(
  ctx: ServiceContext,
  sessionId: string,
  kind: (typeof sessionFileKinds)[number],
  seal: FileSeal,
): AsyncGenerator<string, void, undefined> {
  const media = mediaKinds.find((each) => each === kind);
  const rows = fileRows.find((each) => each.kind === kind);
  if (kind === 'context') yield* contextLines(ctx, sessionId, seal);
  if (media !== undefined) yield* mediaLines(ctx, sessionId, media, seal);
  if (rows !== undefined) yield* rowLines(ctx, sessionId, rows, seal);
}

async function* rowLines(ctx: ServiceContext, sessionId: string, rows: FileRows, seal: FileSeal) {
  let after: readonly number[] | undefined;
  for (;;) {
    const page = await ctx.db.transaction(ctx.tenantId, (tx) => readLines(tx, sessionId, rows, after));
    if (page.last === undefined) return;
    yield seal.add(rows.kind, joined(page.lines), page.lines.length);
    after = page.last;
  }
}

async function* contextLines(ctx: ServiceContext, sessionId: string, seal: FileSeal) {
  const contexts = await ctx.db.transaction(ctx.tenantId, (tx) => contextsOfSession(tx, sessionId));
  for (let from = 0; from < contexts.length; from += CONTEXTS_AT_ONCE) {
    const some = contexts.slice(from, from + CONTEXTS_AT_ONCE);
    const lines = await ctx.db.transaction(ctx.tenantId, async (tx) => {
      const owners = [...new Set(some.map(({ ownerId }) => ownerId))];
      const found = await Promise.all(
        owners.map((ownerId) => {
          const hashes = some.filter((each) => each.ownerId === ownerId).map(({ hash }) => hash);
          return readContextLines(tx, ownerId, hashes);
        }),
      );
      return found.flat();
    });
    if (lines.length > 0) yield seal.add('context', joined(lines), lines.length);
  }
}

async function* mediaLines(ctx: ServiceContext, sessionId: string, kind: MediaFileKind, seal: FileSeal) {
  const found = await ctx.db.transaction(ctx.tenantId, (tx) => mediaOfSession(tx, sessionId, kind));
  for (const each of found) {
    yield seal.add(kind, `${each.line}\n`, 1);
    for (let from = 0; from < each.bytes; from += PART_BYTES) {
      const data = await ctx.db.transaction(ctx.tenantId, (tx) => readPart(tx, kind, each, from, PART_BYTES));
      if (data === undefined) throw new Error('What a session keeps was erased while it was exported.');
      yield seal.add('part', `${JSON.stringify({ kind: 'part', data })}\n`, 1);
    }
  }
}

function joined(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
