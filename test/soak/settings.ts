import { parseArgs } from 'node:util';

export interface SoakSettings {
  readonly seed: string;
  /** Turns of each session. */
  readonly turns: number;
  /** The context windows in tokens. Each has a session of its own. */
  readonly windows: readonly number[];
  /** How many processes are killed or restarted. */
  readonly faults: number;
}

export const WINDOWS = [8_000, 32_000, 128_000, 1_000_000];
/** The most that a session may have. */
const MOST_TURNS = 1_000;
const TURNS_PER_FAULT = 60;

/** @throws Error when an option makes no sense */
export function soakSettings(args: readonly string[]): SoakSettings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: String(Date.now()) },
      turns: { type: 'string', default: String(MOST_TURNS) },
      windows: { type: 'string', default: WINDOWS.join(',') },
      faults: { type: 'string' },
    },
  });
  const turns = wholeNumber('--turns', values.turns);
  if (turns < 20 || turns > MOST_TURNS) throw new Error(`--turns must be from 20 to ${MOST_TURNS}.`);
  return {
    seed: values.seed,
    turns,
    windows: values.windows.split(',').map((each) => wholeNumber('--windows', each)),
    faults: values.faults === undefined ? Math.ceil(turns / TURNS_PER_FAULT) : wholeNumber('--faults', values.faults),
  };
}

function wholeNumber(option: string, given: string): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${option} must be a whole number, not ${given}.`);
  return value;
}
