import { createInterface } from 'node:readline';
import type { InboxReceipt, RunHandle } from '../../sdk/typescript/src/index.ts';
import type { Call } from '../call.ts';
import { failureOf } from '../failure.ts';
import type { Question, Waiting } from './pending-questions.ts';

export const STEERING_HELP = `A line is a message to the agent. Lines that begin with a slash are commands:
  /approve [id]          allow the tool call that waits (the only one, or the one with this id)
  /deny [id] [reason]    deny it
  /interrupt             end the session
  /pause, /resume        pause the session, or have it go on
  /detach                leave the session; it goes on
  /help                  these lines`;

export interface SteeringInput {
  /** Whether another line may come. */
  isOpen(): boolean;
  close(): void;
}

export interface SteeringDeps {
  readonly call: Call;
  readonly run: RunHandle;
  readonly waiting: Waiting;
  /** Every line was sent, and no other comes. */
  readonly onEnd: () => void;
  readonly onDetach: () => void;
}

/** Sends the lines of standard input to a session, one after the other. */
export function steerFromInput({ call, run, waiting, onEnd, onDetach }: SteeringDeps): SteeringInput {
  const lines = createInterface({ input: call.io.stdin, terminal: false });
  let isOpen = true;
  let sending: Promise<void> = Promise.resolve();

  async function send(line: string): Promise<void> {
    const [command = '', ...rest] = line.trim().split(/\s+/);
    if (command === '') return;
    if (!command.startsWith('/')) {
      const { disposition } = await run.steer(line);
      waiting.messageSent();
      return call.say(sentWith(disposition));
    }
    switch (command) {
      case '/interrupt':
        await run.interrupt();
        return call.say('interrupted');
      case '/approve':
      case '/deny':
        return answer(command, rest);
      case '/pause':
        await call.client().sessions.pause(await run.started());
        return call.say('it pauses at its next boundary; /resume has it go on');
      case '/resume':
        await call.client().sessions.resume(await run.started());
        return call.say('resumed');
      case '/detach':
        return onDetach();
      case '/help':
        return call.say(STEERING_HELP);
      default:
        return call.say(`there is no ${command}; /help shows what there is`);
    }
  }

  async function answer(command: '/approve' | '/deny', words: readonly string[]): Promise<void> {
    const { question, rest } = questionOf(words);
    if (question === undefined) return call.say(`name the call: ${idsOf(waiting.questions()) || 'none waits'}`);
    if (question.kind !== 'approval') {
      return call.say(`this call waits for something else: agent-runs approvals answer ${question.approvalId}`);
    }
    const { toolUseId, toolName } = question;
    if (command === '/approve') await run.approve(toolUseId);
    else await run.deny(toolUseId, { message: rest.join(' ') || undefined });
    waiting.answerSent(toolUseId);
    call.say(`${command === '/approve' ? 'approved' : 'denied'}: ${toolName}`);
  }

  /** The question whose id comes first, or the only one. */
  function questionOf(words: readonly string[]): { question?: Question | undefined; rest: readonly string[] } {
    const questions = waiting.questions();
    const named = questions.find(({ toolUseId, approvalId }) => [toolUseId, approvalId].includes(words[0] ?? ''));
    if (named !== undefined) return { question: named, rest: words.slice(1) };
    return { question: questions.length === 1 ? questions[0] : undefined, rest: words };
  }

  lines.on('line', (line) => {
    sending = sending.then(() => send(line)).catch((error) => call.say(failureOf(error).message ?? String(error)));
  });
  lines.on('close', () => {
    sending = sending.then(() => {
      isOpen = false;
      onEnd();
    });
  });
  return { isOpen: () => isOpen, close: () => lines.close() };
}

/** The words about a message that was accepted. */
function sentWith(disposition: InboxReceipt['disposition']): string {
  switch (disposition) {
    case 'woke':
      return 'sent; it wakes the session';
    case 'joined':
      return 'sent; the agent reads it behind the messages that wait already';
    default:
      return 'sent; the agent reads it at its next turn';
  }
}

function idsOf(questions: readonly Question[]): string {
  return questions.map(({ toolUseId, toolName }) => `${toolUseId} (${toolName})`).join(', ');
}
