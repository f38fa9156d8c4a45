import type { RunRequest } from '../../contract/runs.ts';
import type { Tx } from '../../db/database.ts';
import type { AgentRow } from '../../db/queries/agent.ts';
import { EVERYTHING, readContextSources } from '../../db/queries/context-sources.ts';
import type { Account } from '../../db/queries/ledger.ts';
import { readTokenRatios } from '../../db/queries/token-ratio.ts';
import { toolSources } from '../../db/queries/tool-source.ts';
import { armsOf, leastCostOf } from '../../domain/arms.ts';
import { headroomOf, paidNano } from '../../domain/budget.ts';
import { assembleContext } from '../../domain/context-assembly.ts';
import { conversationOf } from '../../domain/conversation.ts';
import type { NewImage } from '../../domain/images/image-ref.ts';
import type { Asked } from '../../domain/meaning.ts';
import { mediaTokensBound } from '../../domain/media/media-tokens.ts';
import { type CountedMedia, mediaWireBytes } from '../../domain/media/media-window.ts';
import { usdFromNano } from '../../domain/money.ts';
import { offeredTools } from '../../domain/offered-tools.ts';
import { tokenRatioOf } from '../../domain/token-ratio.ts';
import { transcriptWindow } from '../../domain/transcript-window.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { buildToolCatalog } from '../../mcp/listing/tool-catalog.ts';
import { isCountable } from '../../models/input-count/input-counter.ts';
import type { OfferedModel } from '../../models/model-registry.ts';
import {
  messageBytesBound,
  REQUEST_FRAME_BYTES,
  systemBytesBound,
  toolBytesBound,
} from '../../models/request-bound.ts';
import { ServiceError } from '../verb/service-error.ts';

/** A run that is about to be made, in the transaction that makes it. */
export interface RunToPay {
  readonly sessionId: string;
  readonly agent: AgentRow;
  readonly request: RunRequest;
  /** The images of its message. */
  readonly images: readonly NewImage[];
  /** The accounts of the run and of its agent's day. */
  readonly accounts: readonly Account[];
  /** The models that the run may use. */
  readonly models: readonly OfferedModel[];
  /** The vector of the message. Undefined: it has none. */
  readonly asked: Asked | undefined;
}

/** A model whose provider counts prompts may serve a turn whose bytes do not fit. English has about four bytes a token. */
const HOPED_BYTES_PER_TOKEN = 4;
/** No first prompt has more bytes, apart from its message: money for so many is enough, and nothing has to be read. */
const AMPLE_BYTES = 1_048_576;

/**
 * Refuses a run whose accounts can't hold its first turn. The bound is that of the turn's own selection: the same prompt,
 * in bytes, since no model has reported on the session yet. Where the selection can have the prompt counted, it is an
 * estimate of that count instead. Money that others hold reserved counts as available, because it may be released.
 * @throws ServiceError budget_exhausted
 */
export async function refuseWithoutMoney(tx: Tx, run: RunToPay): Promise<void> {
  const { unspentNano } = headroomOf(run.accounts);
  if (unspentNano === undefined) return;
  const messageBytes = messageBytesBound({ role: 'user', text: run.request.message, images: run.images });
  if (neededBeyond(unspentNano, run, messageBytes + AMPLE_BYTES) === undefined) return;
  const neededNano = neededBeyond(unspentNano, run, messageBytes + (await promptBytesWithoutMessage(tx, run)));
  if (neededNano === undefined) return;
  throw refusal(run, neededNano);
}

/** The money that the cheapest first turn needs, where no model can serve one for `unspentNano`. */
function neededBeyond(
  unspentNano: bigint,
  { models, agent, request, images }: RunToPay,
  promptBytes: number,
): bigint | undefined {
  // A message that is longer than a model can read is sent cut. It is counted whole here: that model may not be the one.
  const { window, loss, cutBytes } = transcriptWindow([], 0);
  const prompted = models.map((spec) => {
    const bytes = promptBytes + spec.extraBodyBytes;
    const most = isCountable(spec) ? Math.ceil(bytes / HOPED_BYTES_PER_TOKEN) : bytes;
    const prompt = { tokens: 0, bytes: most, images: countedImages(images, spec), mediaOfSession: images.length };
    return { spec, prompt: { ...prompt, window, loss, cutBytes } };
  });
  const arms = armsOf(prompted, {
    frame: { frameTokens: 0, frameBytes: 0, toolCount: 0, parts: null },
    reports: [],
    counts: [],
    maxOutputTokens: request.max_output_tokens ?? agent.maxOutputTokens ?? undefined,
    headroom: { freeNano: unspentNano, unspentNano },
    posteriors: [],
    circuits: [],
    failed: [],
    nowMs: 0,
  });
  return arms.every(({ obstacle }) => obstacle?.kind === 'spent') ? leastCostOf(arms) : undefined;
}

/** The images as a prompt for this model counts them. */
function countedImages(images: readonly NewImage[], { mediaInput }: OfferedModel): CountedMedia[] {
  if (!mediaInput?.inMessages.includes('image')) return [];
  return images.map((image) => ({
    turn: 0,
    place: 'message',
    tokens: mediaTokensBound(mediaInput.counting, image),
    bytes: mediaWireBytes(image.content.length),
  }));
}

/** A bound on the bytes of the first prompt, as refresh context will size it, without the message. */
async function promptBytesWithoutMessage(tx: Tx, { sessionId, agent, request, asked }: RunToPay): Promise<number> {
  const { agentId, displayName, department, role } = agent;
  const about = conversationOf([request.message], '');
  const context = await readContextSources(tx, { agentId, sessionId, about, extent: EVERYTHING, asked });
  const { system, volatile } = assembleContext({
    ...context,
    agent: { agentId, displayName, department, role },
    startedAt: null,
    warnings: [],
    tokenRatio: tokenRatioOf(await readTokenRatios(tx), request.models ?? null),
  });
  const sources = await toolSources(tx, agentId);
  const tools = buildToolCatalog({ ...sources, bundled: bundledTools(), globs: request.tools ?? null });
  const offered = offeredTools(tools.filter((tool) => tool.standing.verdict !== 'deny'));
  const toolBytes = offered.map(({ name, description, inputSchema }) =>
    toolBytesBound({ name, description, inputSchema }),
  );
  return (
    REQUEST_FRAME_BYTES +
    systemBytesBound(system) +
    messageBytesBound({ role: 'user', text: volatile }) +
    toolBytes.reduce((sum, bytes) => sum + bytes, 0)
  );
}

function refusal({ agent, request, accounts }: RunToPay, neededNano: bigint): ServiceError {
  const needed = usdFromNano(neededNano);
  const capUsd = request.budget_cap_usd;
  const runIsShort = accounts.some(
    (account) => account.account.startsWith('run:') && account.capNano !== null && account.capNano < neededNano,
  );
  if (runIsShort) {
    return new ServiceError(
      'budget_exhausted',
      `A first turn of this run can cost ${needed} USD, more than its cap of ${capUsd} USD.`,
      {
        param: 'budget_cap_usd',
        recovery: { action: 'Raise budget_cap_usd, shorten the message or offer fewer tools.' },
      },
    );
  }
  const day = accounts.find((account) => account.account.startsWith('day:'));
  const leftNano = day === undefined || day.capNano === null ? 0n : day.capNano - paidNano(day);
  return new ServiceError(
    'budget_exhausted',
    `A first turn of this run can cost ${needed} USD, and agent "${agent.agentId}" has ${usdFromNano(leftNano < 0n ? 0n : leftNano)} USD left of its budget of today.`,
    {
      recovery: { action: 'Raise budgetDailyUsd with PATCH /v1/agent/profiles/{id}, or wait for the next day (UTC).' },
    },
  );
}
