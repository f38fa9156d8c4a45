import { Context } from '@temporalio/activity';
import type { Tx } from '../../db/database.ts';
import { guardrailsOfSession } from '../../db/queries/guardrail-config.ts';
import { interruptWaits } from '../../db/queries/inbox.ts';
import { type McpServerRow, mcpServerById } from '../../db/queries/mcp-server.ts';
import { suspensionOfTenant } from '../../db/queries/tenant.ts';
import { markToolDispatched, readToolCall, type ToolCallRow } from '../../db/queries/tool-call.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import type { McpToolDefinition } from '../../domain/mcp-tool.ts';
import { isRepeatable } from '../../domain/tool-effect.ts';
import { quarantineMessage } from '../../domain/tool-verdict.ts';
import { createCheckArguments } from '../../evaluation/check-arguments.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import type { McpServer } from '../../mcp/calls/tool-call.ts';
import { serverOfRow } from '../../mcp/connections/server-of-row.ts';
import { runOfSession } from '../../telemetry/trace-ids.ts';
import { auditDispatch } from '../../transitions/call-audit.ts';
import { afterReading } from '../after-reading.ts';
import { evaluatedTransaction } from '../evaluated-transaction.ts';
import { heartbeating } from '../heartbeat.ts';
import { openedSecret } from '../opened-secret.ts';
import { settledFromRecording } from '../replay/recorded-result.ts';
import { behindLock } from '../session/behind-lock.ts';
import { toolSlotOf } from '../shares/stage-shares.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { CallRef, CallToolResult } from '../stage-results.ts';
import { untilStored } from '../until-stored.ts';
import { askAboutEffect } from './ask-about-effect.ts';
import { createCallForms, withdrawLostForm } from './ask-form.ts';
import { consentOf } from './asked-calls.ts';
import { createCallJudgedBundledTool } from './call-judged-bundled-tool.ts';
import { REST_LINE_BYTES, storeResultOfOpenCall, type ToolCallOutcome } from './finish-tool-call.ts';
import { storeJudgedResult } from './judged-result.ts';
import { keepLateAnswer } from './late-answer.ts';
import { failure, notMadeAgain, outcomeOfFailure, outcomeOfResult, unknownOutcome } from './tool-outcome.ts';

type Opened =
  | { readonly kind: 'over' }
  | { readonly kind: 'no_slot' }
  /** External providers judge the result of a bundled tool. */
  | { readonly kind: 'bundled' }
  /** The call is not made; `outcome` is its result. */
  | {
      readonly kind: 'settled';
      readonly call: ToolCallRow;
      readonly outcome: ToolCallOutcome;
      readonly guardrails: GuardrailLayers;
    }
  | {
      readonly kind: 'dispatch';
      readonly call: ToolCallRow;
      readonly server: McpServer;
      readonly pinned: McpToolDefinition;
      readonly traceparent: string | undefined;
      readonly guardrails: GuardrailLayers;
    };

/** What the doorbell tells a call. */
type Rung = Pick<ReturnType<StageDeps['doorbell']['register']>, 'signal' | 'suspended'>;

/**
 * Stage 4 for the tools of MCP servers. `dispatched` is recorded before the call is made. A later attempt that finds the call
 * dispatched makes it again only if that does no harm; otherwise the outcome is unknown, and a person is asked (I5). A bundled
 * tool comes here when external providers judge its result.
 */
export function createCallTool(deps: StageDeps) {
  const { toolCalls, turns } = deps.shares;
  const callJudgedBundledTool = createCallJudgedBundledTool(deps);

  return async function callTool(ref: CallRef): Promise<CallToolResult> {
    // The call registers before `open` reads the inbox, so one of the two sees an interrupt.
    const doorbell = deps.doorbell.register(ref);
    try {
      const result = await heartbeating(() => called(ref, doorbell));
      deps.notifier.eventsAppended(ref.sessionId);
      return result;
    } finally {
      doorbell.unregister();
    }
  };

  async function called(ref: CallRef, { signal: interrupted, suspended }: Rung): Promise<NonNullable<CallToolResult>> {
    deps.reached('tool_dispatched.before');
    const opened = await evaluatedTransaction(deps, ref.tenantId, (tx, evaluate) => open(tx, ref, evaluate));
    switch (opened.kind) {
      case 'over':
        return { kind: 'done' };
      case 'bundled':
        await callJudgedBundledTool(ref, interrupted);
        return { kind: 'done' };
      case 'no_slot':
        return { kind: 'no_slot', waitMs: toolCalls.lookMs };
      case 'settled':
        return finished(ref, opened, { signal: interrupted, suspended });
      case 'dispatch': {
        const slot = toolCalls.begin(toolSlotOf(ref, opened.call));
        try {
          return await finished(ref, opened, { signal: interrupted, suspended });
        } finally {
          slot?.();
        }
      }
    }
  }

  /** @returns `asks` when a person is asked whether the call took effect, instead of a result */
  async function finished(
    ref: CallRef,
    opened: Extract<Opened, { kind: 'settled' | 'dispatch' }>,
    { signal: interrupted, suspended }: Rung,
  ): Promise<NonNullable<CallToolResult>> {
    deps.reached('tool_dispatched.after');
    const startedMs = deps.nowMs();
    const stored = new AbortController();
    try {
      return await storedResult(ref, opened, { signal: interrupted, suspended }, { startedMs, stored: stored.signal });
    } finally {
      stored.abort();
    }
  }

  async function storedResult(
    ref: CallRef,
    opened: Extract<Opened, { kind: 'settled' | 'dispatch' }>,
    { signal: interrupted, suspended }: Rung,
    { startedMs, stored }: { readonly startedMs: number; readonly stored: AbortSignal },
  ): Promise<NonNullable<CallToolResult>> {
    const { outcome, receivedBytes } =
      opened.kind === 'settled'
        ? { outcome: opened.outcome, receivedBytes: 0 }
        : await dispatched(ref, opened, interrupted, stored);
    await turns.enter(ref, Context.current().cancellationSignal);
    deps.reached('tool_answered.after');
    const { happened } = outcome;
    const { guardrails } = opened;
    const asks = happened !== undefined && (await untilStored(() => askAboutEffect(deps, ref, opened.call, happened)));
    if (!asks) {
      const latencyMs = deps.nowMs() - startedMs;
      await storeJudgedResult(deps, ref, opened.call, outcome, { latencyMs, guardrails, receivedBytes }, suspended);
    }
    deps.reached(asks ? 'effect_asked.after' : 'tool_stored.after');
    return { kind: asks ? 'asks' : 'done' };
  }

  async function open(tx: Tx, ref: CallRef, evaluate: Evaluate): Promise<Opened> {
    const { session, ended, call, guardrails, suspension } = await behindLock(tx, ref, () => ({
      suspension: suspensionOfTenant(tx),
      call: readToolCall(tx, ref.sessionId, ref.toolCallId),
      guardrails: guardrailsOfSession(tx, ref.sessionId),
    }));
    if (ended !== undefined) return { kind: 'over' };
    if (call === undefined || (call.state !== 'intended' && call.state !== 'dispatched')) return { kind: 'over' };
    if (await settledFromRecording(tx, session, call)) return { kind: 'over' };
    if (call.bundled) return { kind: 'bundled' };
    await withdrawLostForm(tx, session, call);
    const settled = (outcome: ToolCallOutcome) => ({ kind: 'settled', call, outcome, guardrails }) as const;
    const notMade = async (outcome: ToolCallOutcome): Promise<Opened> => {
      if (call.state !== 'intended' || call.attempts === 0) return settled({ ...outcome, made: false });
      // The call was lost before, and a person has it made again. Nothing else may store a result of that first dispatch, so
      // it is stored under the lock that this transaction holds.
      const lost = notMadeAgain(call, outcome);
      await storeResultOfOpenCall(tx, deps, session, call, lost, {
        latencyMs: 0,
        guardrails,
        scan: createScan(evaluate),
      });
      return { kind: 'over' };
    };
    if (call.state === 'dispatched' && !isRepeatable(call))
      return settled(unknownOutcome(call, 'The process that called it ended during the call.'));
    // A client that interrupts wants no further effects, so the call is not made. The boundary of the turn gives it a result
    // that says so.
    const inboxHasMore = session.inboxSeq > session.consumedInboxSeq;
    if (inboxHasMore && (await interruptWaits(tx, session.id))) {
      if (call.state === 'intended') return { kind: 'over' };
      return settled(failure('tool.cancelled', `${call.toolName} was cancelled, because the session was interrupted.`));
    }
    if (suspension !== null) {
      const output = `${call.toolName} was not called, because the operator had suspended the service. Call it again if it is still needed.`;
      return notMade(failure('tool.cancelled', output));
    }
    if (call.state === 'intended' && (call.verdict !== 'allow' || call.attempts > 0)) {
      const consent = await consentOf(tx, deps, session, call, createCheckArguments(evaluate));
      if (consent.kind === 'missing') return { kind: 'over' };
      if (consent.kind === 'refused') return notMade(consent.outcome);
    }
    const row = await mcpServerById(tx, call.serverId);
    const pinned = row?.tools?.find((tool) => tool.name === call.serverTool);
    if (row === undefined || pinned === undefined || pinned.missing) {
      const output = `The tool ${call.toolName}, or its server, is no longer connected. Do without it.`;
      return notMade(failure('tool.server_gone', output));
    }
    if (pinned.drift !== undefined) return notMade(failure('tool.quarantined', quarantineMessage(call.toolName)));
    const server = reachable(ref.tenantId, row);
    if (server === undefined) {
      const output = `The server of ${call.toolName} cannot be reached: its credential cannot be read. Do without it.`;
      return notMade(failure('tool.server_unreachable', output));
    }
    if (!toolCalls.admit(toolSlotOf(ref, call))) return { kind: 'no_slot' };
    markToolDispatched(tx, ref.sessionId, call.id);
    auditDispatch(tx, session, call, pinned.hash);
    const run = runOfSession(session);
    return {
      ...{ kind: 'dispatch', call: { ...call, attempts: call.attempts + 1 }, server, pinned, guardrails },
      traceparent: run && deps.traceparentOfCall?.(run, call.id),
    };
  }

  async function dispatched(
    ref: CallRef,
    opened: Extract<Opened, { kind: 'dispatch' }>,
    interrupted: AbortSignal,
    stored: AbortSignal,
  ): Promise<{ readonly outcome: ToolCallOutcome; readonly receivedBytes: number }> {
    const { call, server, pinned } = opened;
    const forms = createCallForms(deps, ref, call, pinned.hash, interrupted);
    const shutdown = afterReading(Context.current().cancellationSignal);
    let receivedBytes = 0;
    turns.leave(ref.sessionId);
    const outcome = await deps.toolConnections
      .call({
        server,
        toolName: call.serverTool,
        pinnedHash: pinned.hash,
        tolerated: pinned.tolerated,
        args: call.args,
        elicit: forms.elicit,
        idempotencyKey: call.id,
        traceparent: opened.traceparent,
        timeoutMs: deps.limits.toolTimeoutMs,
        longestMs: Math.max(deps.limits.toolTimeoutMs, deps.limits.toolLongestMs),
        maxResultBytes: deps.limits.toolResultBytes - REST_LINE_BYTES,
        maxWholeBytes: deps.limits.artifactBytes,
        signal: shutdown,
        keptUntil: stored,
        // Nobody has to know how a call came out that does no harm, so the session does not wait for it.
        cancellation: { signal: interrupted, waitMs: isRepeatable(call) ? 0 : deps.limits.toolCancelWaitMs },
        onLateAnswer: isRepeatable(call) ? undefined : (result) => void keepLateAnswer(deps, ref, opened, result),
        onReceived(bytes) {
          receivedBytes += bytes;
        },
      })
      .then(outcomeOfResult, (error: unknown) => outcomeOfFailure(error, call))
      .finally(() => forms.close());
    return { outcome, receivedBytes: Math.max(receivedBytes, shownBytes(outcome)) };
  }

  /** The server with its opened secrets; undefined if one of them does not open. */
  function reachable(tenantId: string, row: McpServerRow): McpServer | undefined {
    return serverOfRow(tenantId, row, (sealed, rowId) => {
      const opened = openedSecret(deps, sealed, { tenantId, rowId });
      return 'problem' in opened ? undefined : opened.secret;
    });
  }
}

/** The bytes of a result. Where calls share a stream, as those of a process do, nothing else is known of what one received. */
function shownBytes({ bytes, images = [], files = [] }: ToolCallOutcome): number {
  return [...images, ...files].reduce((sum, { content }) => sum + content.length, bytes);
}
