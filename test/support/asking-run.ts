import type { PendingAction } from '../../contract/events.ts';
import type { ApiResponse } from './client.ts';
import type { EventWatch } from './event-watch.ts';
import type { ScriptedProvider } from './scripted-provider.ts';
import type { SharedStack } from './stack.ts';
import type { ToolServer } from './tool-server.ts';
import { until } from './until.ts';

/** A call as a scripted model makes it. */
export interface ScriptedCall {
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** A run whose first answer makes calls that people are asked about. */
export interface AskingRun {
  readonly run: EventWatch;
  readonly script: ScriptedProvider;
  /** The actions that the session waits for, as it said last. */
  pending(): readonly PendingAction[];
  /** Resolves when the session has said `count` times that it waits for a person. */
  asked(count?: number): Promise<readonly PendingAction[]>;
  confirm(toolUseId: string, answer: object): Promise<ApiResponse>;
}

/** Puts all tools of a server under approval. */
export async function requireApproval(stack: SharedStack, server: ToolServer, requiresApproval = true): Promise<void> {
  const policy = { tool_name: `${server.name}_*`, allowed: true, requires_approval: requiresApproval, effect: 'write' };
  await stack.api.call('PUT', '/v1/mcp/governance/policy', policy);
}

export async function askingRun(
  stack: SharedStack,
  agentId: string,
  calls: readonly ScriptedCall[],
  body: object = {},
): Promise<AskingRun> {
  const script = await stack.script({
    turns: [[{ toolCalls: [...calls] }], [{ text: 'Done.' }], [{ text: 'More.' }]],
    repeatLastAttempt: true,
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, ...body });
  const idles = () => run.ofType('session.status_idle').filter(({ cause }) => cause === 'requires_action');
  const pending = () => idles().at(-1)?.pending ?? [];
  return {
    run,
    script,
    pending,
    async asked(count = 1) {
      await until(`${run.sessionId} to ask ${count} times`, () => idles().length >= count);
      return pending();
    },
    confirm: (tool_use_id, answer) =>
      stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, {
        type: 'user.tool_confirmation',
        tool_use_id,
        ...answer,
      }),
  };
}
