import type { Tx } from '../../db/database.ts';
import { type ContextSources, readContextSources } from '../../db/queries/context-sources.ts';
import { appendEvents } from '../../db/queries/event.ts';
import { forgetProviderVerdicts, providerVerdicts } from '../../db/queries/guardrail-verdict.ts';
import { consumeMessages, type InboxMessage, interruptWaits, unconsumedMessages } from '../../db/queries/inbox.ts';
import { type Account, readAccountsOfSession } from '../../db/queries/ledger.ts';
import { providersOfTenant } from '../../db/queries/provider.ts';
import { beginTracedRun, markConsumed, type SessionRow } from '../../db/queries/session.ts';
import { latestSummarySize, type SummarySize } from '../../db/queries/session-summary.ts';
import { noteReading } from '../../db/queries/taint.ts';
import { readTokenRatios } from '../../db/queries/token-ratio.ts';
import { toolSourcesVersion } from '../../db/queries/tool-source.ts';
import {
  insertTurn,
  isTurnStored,
  readSpokenBefore,
  type SpokenBefore,
  storeContextBlocks,
} from '../../db/queries/turn.ts';
import { readTurnToRefresh, type TurnSource, type TurnToRefresh } from '../../db/queries/turn-to-refresh.ts';
import { budgetDay } from '../../domain/budget.ts';
import { conversationOfTurn } from '../../domain/conversation.ts';
import { asksProviders } from '../../domain/guardrails/asks-providers.ts';
import type { Scan } from '../../domain/guardrails/guard-text.ts';
import { budgetWarnings, serverWarnings } from '../../domain/heartbeat.ts';
import { askedInSession } from '../../domain/meaning.ts';
import { outageWarnings } from '../../domain/model-outage.ts';
import { taskClassOf } from '../../domain/task-class.ts';
import { type TokenRatio, tokenRatioOf } from '../../domain/token-ratio.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { REQUEST_FRAME_BYTES } from '../../models/request-bound.ts';
import { awaitInputAgain, pauseInTransaction } from '../../transitions/pause.ts';
import { endInTransaction, wakeInTransaction } from '../../transitions/session-transition.ts';
import { pinsOf, type SessionCatalog } from '../call-tools/session-tools.ts';
import { evaluatedTransaction } from '../evaluated-transaction.ts';
import { recordedInput } from '../replay/recorded-input.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { RefreshResult, TurnRef } from '../stage-results.ts';
import { MESSAGE_BYTES_PER_BOUNDARY, MESSAGES_PER_BOUNDARY } from './boundary.ts';
import { guardMessages } from './guard-messages.ts';
import { messagesSize, type UserMessage } from './messages-size.ts';
import { shownTexts } from './shown-texts.ts';
import { createTurnContexts } from './turn-contexts.ts';

const NONE_ASKED = new Map<string, never>();

/** What HEARTBEAT says after an answer that was cut off, if the user has nothing to say. */
const CONTINUE_CUT_ANSWER =
  'Your last answer was cut off before its end. Continue it exactly where it stops, and repeat nothing.';

/** The text of HEARTBEAT after an answer that a guardrail withheld. The model is not shown that answer again. */
function answerOtherwise(why: string): string {
  return `Your last answer was not shown to anybody, because a guardrail withheld it. ${why} Answer otherwise, without what it objects to.`;
}

/**
 * Stage 1. Moves the inbox into the transcript and stores what the turn will read. An interrupt in the inbox ends the
 * session instead. The stage may be repeated: the row of the turn is its idempotency key.
 */
export function createRefreshContext(deps: StageDeps) {
  const contexts = createTurnContexts();

  return async function refreshContext(ref: TurnRef): Promise<RefreshResult> {
    deps.reached('context.before');
    const { result, silent } = await evaluatedTransaction(deps, ref.tenantId, (tx, evaluate) =>
      refresh(tx, ref, createScan(evaluate)),
    );
    deps.reached('context.after');
    if (!silent) deps.notifier.eventsAppended(ref.sessionId);
    return result;
  };

  /** @returns `silent` when nothing was appended to the log, as on most turns: then no stream has to look */
  async function refresh(tx: Tx, ref: TurnRef, scan: Scan): Promise<{ result: RefreshResult; silent: boolean }> {
    const loud = (result: RefreshResult) => ({ result, silent: false });
    const { session, ended, ...read } = await behindLock(tx, ref, () => turnSources(tx, ref));
    const { source, inbox } = read;
    if (ended !== undefined) return loud(ended);
    if (source === undefined) return loud({ kind: 'ended', reason: 'terminated' });
    if (read.stored) return loud({ kind: 'refreshed' });

    if (await interrupted(tx, session, inbox)) return loud(await endInTransaction(tx, session, 'interrupted'));
    if (session.status === 'idle') {
      const idle = stayIdle(tx, session, ref.turn, inbox.length > 0);
      if (idle !== undefined) return idle;
    }
    if (ref.turn >= session.maxTurns) return loud(await endInTransaction(tx, session, 'max_turns'));

    const judged = inbox.length > 0 && asksProviders(source.guardrails, 'input');
    const verdicts = judged ? await providerVerdicts(tx, session.id) : NONE_ASKED;
    const { messages, events, mustAsk } = await guardMessages(inbox, source.guardrails, ref.turn, { verdicts, scan });
    // Nothing was written yet, so the stage begins anew when they were asked.
    if (mustAsk) return { result: { kind: 'ask' }, silent: true };
    const catalog = await deps.sessionTools.catalog(tx, session, read.toolsVersion);
    const wakes = session.status === 'idle';
    if (wakes) {
      wakeInTransaction(tx, session, ref.turn, source.capNano);
      beginTracedRun(tx, session.id, inbox.at(0)?.seq);
    }
    const warnings = [
      ...(source.cutBefore && messages.length === 0 ? [CONTINUE_CUT_ANSWER] : []),
      ...(source.withheldBefore === null ? [] : [answerOtherwise(source.withheldBefore)]),
      ...budgetWarnings(read.accounts),
      ...serverWarnings(source.downServers, catalog.tools),
      ...(await outagesOf(tx, session, source)),
    ];
    const about = conversationOfTurn(
      messages.map(({ text }) => text),
      read.spoken,
    );
    const sources = await readContextSources(tx, {
      agentId: session.agentId,
      sessionId: session.id,
      about,
      extent: source.extent,
      asked: deps.meaning && askedInSession(session.id, about.latest),
      own: session.context,
    });
    storeTurn(tx, session, ref.turn, { ...read, source, sources, catalog, warnings, messages });
    if (inbox.length > 0) {
      consumeMessages(tx, session.id, ref.turn, withMessages(inbox, messages));
      if (judged) forgetProviderVerdicts(tx, session.id);
    }
    const seen = session.replay?.recordedModels ? await recordedInput(tx, session.replay, ref.turn, messages) : events;
    appendEvents(tx, session.id, seen);
    return { result: { kind: 'refreshed' }, silent: !wakes && seen.length === 0 };
  }

  async function outagesOf(tx: Tx, session: SessionRow, { down }: TurnSource): Promise<string[]> {
    // Most turns find nothing down, and have no need to know which models there are.
    if (down.length === 0) return [];
    return outageWarnings(down, deps.registry.offeredModels(await providersOfTenant(tx), session.models));
  }

  /** The data from which a turn is assembled, except what depends on the conversation. */
  function turnSources(tx: Tx, { sessionId, turn }: TurnRef) {
    return {
      source: readTurnToRefresh(tx, sessionId, turn),
      spoken: readSpokenBefore(tx, sessionId, turn),
      ratios: readTokenRatios(tx),
      accounts: readAccountsOfSession(tx, sessionId, budgetDay(deps.nowMs())),
      stored: isTurnStored(tx, sessionId, turn),
      summary: latestSummarySize(tx, sessionId),
      inbox: unconsumedMessages(tx, sessionId, MESSAGES_PER_BOUNDARY, MESSAGE_BYTES_PER_BOUNDARY),
      toolsVersion: toolSourcesVersion(tx, sessionId),
    };
  }

  function storeTurn(
    tx: Tx,
    session: SessionRow,
    turn: number,
    { source, sources, spoken, ratios, warnings, summary, inbox, catalog, messages }: TurnParts,
  ): void {
    const { agent, startedAt } = source;
    const tokenRatio = tokenRatioOf(ratios, session.models);
    const context = contexts.of({ ...sources, agent, startedAt, warnings, tokenRatio });
    const { system, volatile } = context;

    // A new summary adds its bytes to a prompt as a change of the volatile sources does.
    const volatileBytes = volatile.bytesBound + (summary?.bytes ?? 0);
    const blocks = [system, volatile].filter((block) => block.text !== '');
    storeContextBlocks(tx, session.id, blocks);
    noteReading(tx, { sessionId: session.id, agentId: session.agentId }, shownTexts(context.sources, session.context));
    insertTurn(tx, session.id, {
      turn,
      taskClass: taskClassOf({
        hasUserMessage: messages.length > 0,
        toolsOffered: catalog.tools.length,
      }),
      messages,
      size: messagesSize(turn, messages),
      manifest: {
        sources: context.sources,
        systemHash: system.hash,
        volatileHash: volatile.text === '' ? undefined : volatile.hash,
        tokenRatio: tokenRatio === 1 ? undefined : tokenRatio,
        messageIds: messages.length > 0 ? idsOf(inbox) : undefined,
        messageTurn: messages.length > 0 ? turn : (spoken.messageTurn ?? undefined),
        summaryThrough: summary?.throughTurn,
        summaryTokens: summary?.tokens,
        toolCount: catalog.tools.length,
        toolPins: pinsOf(catalog),
        frameTokens: context.tokens + catalog.definitionTokens + (summary?.tokens ?? 0),
        frameBytes: REQUEST_FRAME_BYTES + system.bytesBound + volatileBytes + catalog.definitionBytes,
        parts: {
          systemBytes: system.bytesBound,
          volatileBytes,
          toolBytes: catalog.definitionBytes,
        },
      },
    });
    const lastRead = inbox.at(-1)?.seq;
    if (lastRead !== undefined) markConsumed(tx, session.id, lastRead);
  }
}

interface TurnParts {
  readonly source: TurnToRefresh;
  readonly sources: ContextSources;
  readonly spoken: SpokenBefore;
  readonly ratios: readonly TokenRatio[];
  readonly accounts: readonly Account[];
  /** What HEARTBEAT says. */
  readonly warnings: readonly string[];
  readonly summary: SummarySize | undefined;
  readonly inbox: readonly InboxMessage[];
  readonly catalog: SessionCatalog;
  /** With their texts as the input guardrail left them. */
  readonly messages: readonly UserMessage[];
}

/**
 * An idle session stays idle without a message, and while it is paused. A pause that was ordered while it waited begins here, and
 * one that is over ends here.
 * @returns undefined when it goes on
 */
function stayIdle(
  tx: Tx,
  session: SessionRow,
  turn: number,
  hasMessages: boolean,
): { result: RefreshResult; silent: boolean } | undefined {
  const { pausedBy, idleCause } = session;
  if (pausedBy !== null) {
    if (idleCause !== 'paused') pauseInTransaction(tx, session, turn, pausedBy);
    return { result: { kind: 'still_idle' }, silent: idleCause === 'paused' };
  }
  if (hasMessages) return undefined;
  if (idleCause !== 'paused') return { result: { kind: 'still_idle' }, silent: true };
  awaitInputAgain(tx, session, turn);
  return { result: { kind: 'still_idle', idleLeftMs: session.idleTimeoutMs }, silent: false };
}

/** True when an interrupt waits, either among the messages that were read or behind them. */
async function interrupted(tx: Tx, session: SessionRow, inbox: readonly InboxMessage[]): Promise<boolean> {
  if (inbox.some((message) => message.type === 'user.interrupt')) return true;
  const lastRead = inbox.at(-1)?.seq ?? session.consumedInboxSeq;
  return session.inboxSeq > lastRead && interruptWaits(tx, session.id);
}

function idsOf(inbox: readonly InboxMessage[]): string[] {
  return inbox.flatMap((message) => (message.type === 'user.message' ? [message.id] : []));
}

function withMessages(
  inbox: readonly InboxMessage[],
  messages: readonly UserMessage[],
): { seq: number; payload: object }[] {
  let next = 0;
  return inbox.map((message) => ({
    seq: message.seq,
    payload: message.type === 'user.message' ? (messages[next++] ?? message.payload) : message.payload,
  }));
}
