import { confirm, isCancel } from '@clack/prompts';
import type { BrainstormRouter } from '../sdk/typescript/src/index.ts';
import { CliError, usageError } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { connect } from './connection/connect.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { createOutput, type Format, type Output } from './output/output.ts';
import { type Paint, paintFor } from './output/paint.ts';
import { plainText } from './output/plain-text.ts';

/** The options that every command takes. */
export interface GlobalOptions {
  readonly profile?: string | undefined;
  readonly output: Format;
  readonly quiet?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** One command that was called. */
export interface Call {
  readonly io: CliIo;
  readonly output: Output;
  /** Colours of standard error. */
  readonly paint: Paint;
  readonly profile: string | undefined;
  /** A message to the person, on standard error. */
  say(line: string): void;
  /** The client of the service that the call is meant for. @throws CliError when there is none */
  client(): BrainstormRouter;
  /** Whether messages are left out. */
  readonly isQuiet: boolean;
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  /** Asks before something is done that cannot be undone. @throws CliError unless the person agrees */
  confirm(question: string): Promise<void>;
}

export function createCall(io: CliIo, { profile, output, quiet, yes }: GlobalOptions): Call {
  const say = (line: string) => {
    if (quiet !== true) io.stderr.write(`agent-runs: ${plainText(line)}\n`);
  };
  const isInteractive = io.stdin.isTTY === true && io.stderr.isTTY === true;
  let client: BrainstormRouter | undefined;
  return {
    io,
    output: createOutput(io, output),
    paint: paintFor(io.stderr, io),
    profile,
    say,
    client() {
      client ??= connect(io, profile, say).client;
      return client;
    },
    isQuiet: quiet === true,
    isInteractive,
    async confirm(question) {
      if (yes === true) return;
      if (!isInteractive) throw usageError(`${question} Say so with --yes; there is no terminal to ask at.`);
      const answer = await confirm({ message: question, initialValue: false, input: io.stdin, output: io.stderr });
      if (answer !== true) throw cancelled();
    },
  };
}

/** What a prompt was answered with. @throws CliError when the person cancelled it */
export function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw cancelled();
  return answer as Exclude<T, symbol>; // The only symbol of a prompt is that it was cancelled.
}

export function cancelled(): CliError {
  return new CliError('Cancelled; nothing was done.', EXIT.cancelled);
}

/** What a command does. It returns its exit code, where that is not 0. */
export type Handler<A extends unknown[]> = (call: Call, ...args: A) => Promise<ExitCode | undefined>;

/** Makes an action of Commander out of a handler, which takes the arguments and then the options. */
export type Does = <A extends unknown[]>(handler: Handler<A>) => (...args: unknown[]) => Promise<void>;
