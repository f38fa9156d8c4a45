import type { z } from 'zod';
import { contextPreviewQuerySchema, type contextPreviewSchema } from '../../contract/context.ts';
import type { Tx } from '../../db/database.ts';
import { readContextSources } from '../../db/queries/context-sources.ts';
import { readAccountsOfSession } from '../../db/queries/ledger.ts';
import { providersOfTenant } from '../../db/queries/provider.ts';
import type { SessionView } from '../../db/queries/session-read.ts';
import { readTokenRatios } from '../../db/queries/token-ratio.ts';
import { toolSources } from '../../db/queries/tool-source.ts';
import { readSpokenBefore } from '../../db/queries/turn.ts';
import { readTurnSource } from '../../db/queries/turn-to-refresh.ts';
import { budgetDay } from '../../domain/budget.ts';
import { assembleContext } from '../../domain/context-assembly.ts';
import type { ContextInputs } from '../../domain/context-inputs.ts';
import { sourceViews } from '../../domain/context-view.ts';
import { type Conversation, conversationOf, conversationOfTurn } from '../../domain/conversation.ts';
import { budgetWarnings, serverWarnings } from '../../domain/heartbeat.ts';
import { type Asked, askedInSession } from '../../domain/meaning.ts';
import { outageWarnings } from '../../domain/model-outage.ts';
import { tokenRatioOf } from '../../domain/token-ratio.ts';
import { withoutSecrets } from '../../evaluation/redact-secrets.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { buildToolCatalog } from '../../mcp/listing/tool-catalog.ts';
import { findAgent } from '../agents/agent-profiles.ts';
import { findSession } from '../sessions/find-session.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';

/** Somebody who looks waits for nothing else. */
const LEAST_WAIT_MS = 2_000;

interface PreviewInput {
  readonly agentId: string;
  readonly query: unknown;
}

/**
 * Shows what the next turn of an agent, or of one of its sessions, would read. The same functions read and assemble it as for a
 * turn.
 * @throws ServiceError agent_not_found, session_not_found
 */
export const previewContext: Verb<PreviewInput, z.infer<typeof contextPreviewSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { message, session_id: sessionId } = parseInput(contextPreviewQuerySchema, input.query);
  const messages =
    message === undefined ? [] : [await withoutSecrets(message, 'input', ctx.evaluator.of(ctx.tenantId))];
  const [latest = ''] = messages;
  const vector = latest === '' ? undefined : await ctx.meaning?.vectorOf(ctx.tenantId, latest, LEAST_WAIT_MS);
  const asked = vector && { kind: 'given' as const, vector };
  const inputs = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { agentId } = await findAgent(tx, input.agentId);
    return sessionId === undefined
      ? inputsOfNewSession(tx, ctx, { agentId, messages, asked })
      : inputsOfSession(tx, ctx, { agentId, messages, asked }, sessionId);
  });
  const { sources, system, volatile } = assembleContext(inputs);
  return {
    agent_id: input.agentId,
    session_id: sessionId,
    token_ratio: inputs.tokenRatio,
    sources: sourceViews(sources, { system, volatile }, inputs.tokenRatio).map(
      ({ budgetTokens, included, dropped, ...source }) => ({
        ...source,
        budget_tokens: budgetTokens,
        included: included.map(({ wholeTokens, foundBy, ...part }) => ({
          ...part,
          whole_tokens: wholeTokens,
          found_by: foundBy,
        })),
        dropped,
      }),
    ),
    system,
    volatile,
  };
};

/** The messages that a turn would bring to an agent. */
interface Brought {
  readonly agentId: string;
  readonly messages: readonly string[];
  /** Absent: the message has no vector. */
  readonly asked: Asked | undefined;
}

async function inputsOfNewSession(
  tx: Tx,
  ctx: ServiceContext,
  { agentId, messages, asked }: Brought,
): Promise<ContextInputs> {
  return contextInputs(tx, ctx, {
    agentId,
    session: undefined,
    about: conversationOf(messages, ''),
    asked,
    budget: [],
  });
}

async function inputsOfSession(
  tx: Tx,
  ctx: ServiceContext,
  { agentId, messages, asked }: Brought,
  sessionId: string,
): Promise<ContextInputs> {
  const session = await findSession(tx, { agentId, sessionId });
  const spoken = await readSpokenBefore(tx, sessionId, session.turns);
  const accounts = await readAccountsOfSession(tx, sessionId, budgetDay(ctx.nowMs()));
  return contextInputs(tx, ctx, {
    agentId,
    session,
    about: conversationOfTurn(messages, spoken),
    // Without a message the next turn goes on with the latest one.
    asked: asked ?? (ctx.meaning && askedInSession(sessionId, messages.length > 0 ? '' : spoken.messages.at(-1))),
    budget: budgetWarnings(accounts),
  });
}

async function contextInputs(
  tx: Tx,
  ctx: ServiceContext,
  turn: {
    readonly agentId: string;
    readonly session: Pick<SessionView, 'id' | 'createdAt' | 'models' | 'tools' | 'context'> | undefined;
    readonly about: Conversation;
    readonly asked: Asked | undefined;
    readonly budget: readonly string[];
  },
): Promise<ContextInputs> {
  const { agentId, session, about, asked } = turn;
  const { agent, down, downServers, extent } = await readTurnSource(tx, agentId);
  const own = session?.context ?? null;
  const sources = await readContextSources(tx, { agentId, sessionId: session?.id ?? null, about, extent, asked, own });
  const models = ctx.registry.offeredModels(await providersOfTenant(tx), session?.models ?? null);
  const tools = buildToolCatalog({
    ...(await toolSources(tx, agentId)),
    bundled: bundledTools(),
    globs: session?.tools ?? null,
  });
  return {
    ...sources,
    agent,
    startedAt: session?.createdAt ?? null,
    warnings: [...turn.budget, ...serverWarnings(downServers, tools), ...outageWarnings(down, models)],
    tokenRatio: tokenRatioOf(await readTokenRatios(tx), session?.models ?? null),
  };
}
