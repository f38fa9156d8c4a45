import type { EndReason } from '../../contract/events.ts';
import type { Disposition } from '../../contract/inbox.ts';
import type { SteeringState } from './held-sessions.ts';

export type SteeringCommand =
  | 'message'
  | 'interrupt'
  | 'confirmation'
  | 'resolution'
  | 'form'
  | 'duplicate'
  | 'patch'
  | 'terminate'
  | 'pause'
  | 'signals';

/** The answer and effect of a command to a session in a state. docs/steering.md describes it in words. */
export interface Cell {
  /** Absent if the command is not sent over HTTP. */
  readonly status?: 200 | 202 | 404 | 409;
  /** The turn whose model reads the posted message; absent if none does. */
  readonly readAt?: number;
  /** What the answer says becomes of a message. */
  readonly disposition?: Disposition;
  /** How the session ends. The test resumes a session that is paused, and interrupts one that goes idle. */
  readonly reason: EndReason;
  readonly totalTurns: number;
  readonly undelivered?: number;
}

const completed = (totalTurns: number) => ({ reason: 'completed', totalTurns }) as const;
const interrupted = (totalTurns: number, undelivered?: number) =>
  ({ status: 202, reason: 'interrupted', totalTurns, ...(undelivered === undefined ? {} : { undelivered }) }) as const;
const refused = { status: 409, ...completed(1) } as const;

const terminated = (totalTurns: number, undelivered?: number) =>
  ({ status: 200, reason: 'terminated', totalTurns, ...(undelivered === undefined ? {} : { undelivered }) }) as const;

/** A state in which a message waits for the boundary after turn 0. The session takes `turnsWith` with it, else `turns`. */
function beforeBoundary(
  turns: number,
  turnsWith: number,
  interrupt: Cell,
  terminate: Cell,
  readAt = 1,
  disposition: Disposition = 'queued',
): Readonly<Record<SteeringCommand, Cell>> {
  return {
    message: { status: 202, readAt, disposition, ...completed(turnsWith) },
    interrupt,
    confirmation: { status: 404, ...completed(turns) },
    resolution: { status: 404, ...completed(turns) },
    form: { status: 404, ...completed(turns) },
    duplicate: { status: 202, readAt, disposition, ...completed(turnsWith) },
    patch: { status: 200, ...completed(turns) },
    terminate,
    pause: { status: 200, ...completed(turns) },
    signals: completed(turns),
  };
}

const over: Readonly<Record<SteeringCommand, Cell>> = {
  message: refused,
  interrupt: refused,
  confirmation: refused,
  resolution: refused,
  form: refused,
  duplicate: refused,
  patch: refused,
  terminate: refused,
  pause: refused,
  signals: completed(1),
};

const idleAfter = (totalTurns: number) => ({ reason: 'interrupted', totalTurns }) as const;

/** The table of docs/steering.md: a cell for each state and command. */
export const steeringTable: Readonly<Record<SteeringState, Readonly<Record<SteeringCommand, Cell>>>> = {
  'before the first turn': beforeBoundary(1, 1, interrupted(0, 1), terminated(0, 1), 0, 'joined'),
  'context refresh': beforeBoundary(1, 2, interrupted(0), terminated(0)),
  selection: beforeBoundary(1, 2, interrupted(1), terminated(0)),
  'waiting for money': beforeBoundary(1, 2, interrupted(0), terminated(0)),
  'model call': beforeBoundary(1, 2, interrupted(1), terminated(0)),
  'tool call': beforeBoundary(2, 2, interrupted(1), terminated(0)),
  idle: {
    message: { status: 202, readAt: 1, disposition: 'woke', ...idleAfter(2) },
    interrupt: interrupted(1),
    confirmation: { status: 404, ...idleAfter(1) },
    resolution: { status: 404, ...idleAfter(1) },
    form: { status: 404, ...idleAfter(1) },
    duplicate: { status: 202, readAt: 1, disposition: 'woke', ...idleAfter(2) },
    patch: { status: 200, ...idleAfter(1) },
    terminate: terminated(1),
    pause: { status: 200, ...idleAfter(1) },
    signals: idleAfter(1),
  },
  'idle for money': beforeBoundary(2, 3, interrupted(1), terminated(1), 2),
  'requires action': {
    ...beforeBoundary(2, 2, interrupted(1), terminated(0)),
    confirmation: { status: 202, ...completed(2) },
  },
  'effect unknown': {
    ...beforeBoundary(2, 2, interrupted(1), terminated(0)),
    resolution: { status: 202, ...completed(2) },
  },
  form: {
    ...beforeBoundary(2, 2, interrupted(1), terminated(0)),
    form: { status: 202, ...completed(2) },
  },
  ending: over,
  ended: over,
};
