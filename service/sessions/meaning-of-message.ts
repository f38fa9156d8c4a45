import { inboxEventSchema } from '../../contract/inbox.ts';
import { runRequestSchema } from '../../contract/runs.ts';
import { inOneMessage } from '../../db/one-message.ts';
import { readGuardrails } from '../../db/queries/guardrail-config.ts';
import { hasFactVectors, type QueryVector } from '../../db/queries/query-vector.ts';
import { toolsOfSession } from '../../db/queries/session-settings.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import { guardText } from '../../domain/guardrails/guard-text.ts';
import { embeddedText } from '../../domain/meaning.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { hasScope, type ServiceContext } from '../verb/context.ts';

/** The vector of the message that a run begins with. Undefined: there is none, or the request is refused anyway. */
export async function meaningOfRun(
  ctx: ServiceContext,
  agentId: string,
  body: unknown,
): Promise<QueryVector | undefined> {
  if (ctx.meaning === undefined) return undefined;
  const parsed = runRequestSchema.safeParse(body);
  return parsed.success ? meaningOfMessage(ctx, agentId, parsed.data.message) : undefined;
}

/** Does the same for a message to a session. */
export async function meaningOfEvent(
  ctx: ServiceContext,
  sessionId: string,
  body: unknown,
): Promise<QueryVector | undefined> {
  if (ctx.meaning === undefined) return undefined;
  const parsed = inboxEventSchema.safeParse(body);
  if (!parsed.success || parsed.data.type !== 'user.message') return undefined;
  const session = await ctx.db.transaction(ctx.tenantId, (tx) => toolsOfSession(tx, sessionId));
  return session && meaningOfMessage(ctx, session.agentId, parsed.data.text);
}

/**
 * The vector with which the agent's facts will be compared. It is made here, because the stage of the turn that reads them
 * touches nothing but Postgres. The guardrails for messages come first: the end point reads no more of it than a model does.
 */
async function meaningOfMessage(
  ctx: ServiceContext,
  agentId: string,
  message: string,
): Promise<QueryVector | undefined> {
  if (ctx.meaning === undefined || !hasScope(ctx, 'run')) return undefined;
  const { layers, hasFacts } = await ctx.db.transaction(ctx.tenantId, (tx) =>
    inOneMessage({ layers: readGuardrails(tx, agentId), hasFacts: hasFactVectors(tx, agentId) }),
  );
  if (layers === undefined || !hasFacts) return undefined;
  const { rules } = compiledRules(layers);
  const scan = createScan(ctx.evaluator.of(ctx.tenantId));
  const guarded = await guardText(message, { hook: 'input', rules, scan });
  if (guarded.blockedBy !== undefined) return undefined;
  const asked = await ctx.meaning.vectorOf(ctx.tenantId, guarded.text);
  return asked && { text: embeddedText(guarded.text), asked };
}
