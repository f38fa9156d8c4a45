import type { ModelFailureType, ModelProtocol } from '../../models/model-call.ts';

/** One way in which a server may answer, and what has to come of it. */
export interface WireShape {
  readonly name: string;
  readonly protocol: ModelProtocol;
  readonly contentType?: string;
  /** The body, in the pieces in which it is sent. */
  readonly body: readonly string[];
  /** What the server does behind the body. By default it ends the response. */
  readonly afterwards?: 'reset' | 'silence';
  /** True: the model was last given results of tools. */
  readonly mayBeEmpty?: boolean;
  /** True: its frames in another order, or twice, are calls that nobody can tell from those that the model wrote. */
  readonly ambiguousCalls?: true;
  /** True: a part of the answer stands behind its end, so it is no whole answer to mutate. */
  readonly saysMoreBehindItsEnd?: true;
  readonly is: AnswerExpected | FailureExpected;
}

export interface AnswerExpected {
  /** The text that is stored, and that is shown while it streams in. */
  readonly text?: string;
  /** What is shown while it streams in, where that is more: what turned out to be a thought. */
  readonly shown?: string;
  readonly calls?: readonly CallExpected[];
  /** By default `stop`, or `tool-calls` where there are calls. */
  readonly finish?: string;
  /** Tokens that are charged for: input, output, cached input, reasoning. By default USAGE. `none`: they are estimated. */
  readonly usage?: readonly [input: number, output: number, cacheRead?: number, reasoning?: number] | 'none';
  /** What the message that goes back to the model holds. By default nothing is asked of it. */
  readonly next?: object;
}

/** Arguments that are undefined are not passed on: the model is told that they are no JSON object. */
export type CallExpected = readonly [name: string, args: Record<string, unknown> | undefined, inexact?: 'inexact'];

export interface FailureExpected {
  readonly fails: ModelFailureType;
  /** What the attempt costs: as reported, at most what was sent and received, its reservation, or nothing. */
  readonly charged: 'reported' | 'estimated' | 'reservation' | 'nothing';
  readonly partial?: string;
  readonly says?: RegExp;
}

/** What the frames below report, unless a shape says otherwise. */
export const USAGE = [11, 7] as const;

export const data = (value: unknown): string =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
export const named = (event: string, value: unknown): string => `event: ${event}\n${data(value)}`;

/** The two tools that every request of these tests offers. */
export const TOOLS = ['lookup', 'get_weather'] as const;
