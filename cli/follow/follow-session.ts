import type { Run, RunEvent, RunHandle } from '../../sdk/typescript/src/index.ts';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode, exitCodeOfEnd, exitCodeOfIdle } from '../exit-code.ts';
import { createWaiting, type Question } from './pending-questions.ts';
import { type SteeringInput, steerFromInput } from './steering-input.ts';

export interface FollowSession {
  readonly call: Call;
  readonly run: Run | RunHandle;
  /** Shows an event. */
  readonly show: (sessionId: string, event: RunEvent) => Promise<void>;
  /** Lines of standard input are messages to the session. */
  readonly steer: boolean;
  /** Also wait while the session waits for a person or for money. Otherwise that is the end of the command. */
  readonly stays: boolean;
}

/**
 * Follows a session until it has ended, until it waits for what nobody here can give, or until Ctrl-C, which leaves the session
 * as it is and says how to come back.
 */
export async function followSession({ call, run, show, steer, stays }: FollowSession): Promise<ExitCode> {
  const waiting = createWaiting();
  let left: 'detached' | 'waits' | undefined;
  let input: SteeringInput | undefined;

  const leave = (why: typeof left) => {
    left ??= why;
    void run.detach().catch(() => undefined);
  };
  const mayAnswer = () => stays || input?.isOpen() === true;
  const stopListening = call.io.onInterrupt(() => leave('detached'));
  try {
    const sessionId = await run.started();
    if (steer) {
      input = steerFromInput({
        call,
        run,
        waiting,
        onEnd: () => !stays && waiting.cause() !== undefined && leave('waits'),
        onDetach: () => leave('detached'),
      });
    }
    for await (const event of run) {
      await show(sessionId, event);
      waiting.take(event);
      if (event.type === 'session.status_ended') return exitCodeOfEnd(event.data.reason);
      if (event.type !== 'session.status_idle') continue;
      if (steer || !stays) for (const question of waiting.questions()) call.say(howToAnswer(question));
      if (!mayAnswer()) leave('waits');
    }
    const again = `agent-runs sessions tail ${sessionId}${run.lastEventId === undefined ? '' : ` --after ${run.lastEventId}`}${steer ? ' --steer' : ''}`;
    return tellWhereItIs(call, sessionId, again, left === 'waits' ? waiting.cause() : undefined);
  } finally {
    stopListening();
    input?.close();
  }
}

/** Says how to come back to a session that was left. @param cause what it waits for, where that is why it was left */
function tellWhereItIs(call: Call, sessionId: string, again: string, cause?: string): ExitCode {
  if (cause === undefined) {
    call.say(`left ${sessionId}, which goes on by itself; come back with: ${again}`);
    return EXIT.cancelled;
  }
  call.say(`${sessionId} waits (${cause.replaceAll('_', ' ')}); come back with: ${again}`);
  return exitCodeOfIdle(cause);
}

function howToAnswer({ kind, toolName, approvalId }: Question): string {
  if (kind !== 'approval') return `${toolName} waits for an answer: agent-runs approvals answer ${approvalId}`;
  return `${toolName} asks to be called: agent-runs approvals approve ${approvalId}, or deny ${approvalId}`;
}
