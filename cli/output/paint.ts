import type { CliIo, TerminalStream } from '../cli-io.ts';

/** Wraps text in colour, or returns it unchanged if colours are off. */
export type Paint = (
  colour: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan',
  text: string,
) => string;

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };

export function createPaint(colours: boolean): Paint {
  return (colour, text) => (colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
}

/** Colours are for terminals, and for those who did not refuse them (https://no-color.org). */
export function paintFor(stream: TerminalStream, { env }: Pick<CliIo, 'env'>): Paint {
  return createPaint(stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb');
}
