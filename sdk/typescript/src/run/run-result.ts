import type { RunEvent } from '../events/run-event.ts';
import type { AgentMessageData, SessionStatusEndedData } from '../types.ts';

/** How a run ended, or how far a conversation has come. */
export interface RunResult {
  readonly sessionId: string;
  /** Why the run ended. `idle`: it did not, it waits for the next message (`send`). */
  readonly reason: SessionStatusEndedData['reason'] | 'idle';
  /** The text of the last message. Empty where there is none. */
  readonly text: string;
  /** The messages of the agent, since the run began or was last sent something. */
  readonly messages: readonly AgentMessageData[];
  /** All turns of the session. */
  readonly totalTurns: number;
  /**
   * What the session has cost, in US dollars. While a conversation waits it is the sum of the messages that were seen.
   */
  readonly totalCostUsd: number;
  /** The tokens of `messages`. */
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly cacheReadTokens: number };
  /** How long the session took, in milliseconds. While a conversation waits: how long it was followed since the last message. */
  readonly durationMs: number;
  /** What the choice of models saved against the baseline, in US dollars, as far as it was seen. May be negative. */
  readonly savingsUsd: number;
  /** What failed, where something did. */
  readonly error?: SessionStatusEndedData['error'];
  /** Which account was short, where money was. */
  readonly budget?: SessionStatusEndedData['budget'];
  /** Why the last answer stopped early, where it did. */
  readonly stoppedBy?: SessionStatusEndedData['stoppedBy'];
  /** How many messages were accepted that the agent has not read. */
  readonly undelivered?: number | undefined;
}

/** The result of the run at an event that is the end of the session, or of an exchange of a conversation. */
export interface Boundary {
  readonly result: RunResult;
  /** The id of the event. */
  readonly id: string;
  readonly isEnd: boolean;
}

/** Adds up events until they are a result. */
export interface ResultFold {
  take(event: RunEvent): void;
  /** Where the last event was one. */
  boundary(): Boundary | undefined;
}

/** @param now a clock in milliseconds */
export function createResultFold(sessionId: () => string, now = () => performance.now()): ResultFold {
  let boundary: Boundary | undefined;
  let messages: AgentMessageData[] = [];
  let usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0 };
  let savingsUsd = 0;
  let turns = 0;
  let costUsd = 0;
  let beganAtMs = now();

  function beginExchange(): void {
    messages = [];
    usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0 };
    savingsUsd = 0;
    beganAtMs = now();
  }

  function addMessage(data: AgentMessageData): void {
    messages.push(data);
    turns = Math.max(turns, data.turnIndex + 1);
    costUsd += data.costUsd ?? 0;
    usage.inputTokens += data.usage?.inputTokens ?? 0;
    usage.outputTokens += data.usage?.outputTokens ?? 0;
    usage.cacheReadTokens += data.usage?.cacheReadTokens ?? 0;
  }

  function close(
    id: string,
    isEnd: boolean,
    rest: Omit<RunResult, 'sessionId' | 'text' | 'messages' | 'usage' | 'savingsUsd'>,
  ) {
    const text = messages.at(-1)?.text ?? '';
    boundary = { id, isEnd, result: { sessionId: sessionId(), text, messages, usage, savingsUsd, ...rest } };
  }

  return {
    boundary: () => boundary,
    take({ type, data, id }) {
      // What follows an idle conversation belongs to its next exchange, unless the session only ends.
      if (boundary !== undefined && type !== 'session.status_ended' && type !== 'session.status_idle') beginExchange();
      boundary = undefined;
      switch (type) {
        case 'agent.message':
          return addMessage(data);
        case 'br.model_selected':
        case 'agent.tool_use':
          turns = Math.max(turns, data.turnIndex + 1);
          return;
        case 'br.routing_savings':
          savingsUsd += data.savingsUsd;
          return;
        case 'session.status_idle':
          if (data.cause !== 'awaiting_input') return;
          return close(id, false, {
            reason: 'idle',
            totalTurns: turns,
            totalCostUsd: costUsd,
            durationMs: Math.round(now() - beganAtMs),
          });
        case 'session.status_ended':
          return close(id, true, data);
        default:
          return;
      }
    },
  };
}
