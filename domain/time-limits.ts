import type { TimeLimitName, TimeLimitSettings, TimeLimitsPatch } from '../contract/time-limits.ts';

/** The seconds that a request to a model may take. */
export type TimeLimits = Readonly<Record<TimeLimitName, number>>;

const DEFAULTS: TimeLimits = { connect_s: 10, first_token_s: 300, silence_s: 120, total_s: 3_600 };

/** The limits that a limit must not exceed, because the other one would always be reached first. */
const WITHIN: Readonly<Record<TimeLimitName, readonly TimeLimitName[]>> = {
  connect_s: ['first_token_s', 'total_s'],
  first_token_s: ['total_s'],
  silence_s: ['total_s'],
  total_s: [],
};

/** The limits that hold where these are set. A default never exceeds a limit that is set and includes it. */
export function timeLimitsWith(settings: TimeLimitSettings): TimeLimits {
  const limit = (name: TimeLimitName): number => settings[name] ?? Math.min(DEFAULTS[name], ...WITHIN[name].map(limit));
  return {
    connect_s: limit('connect_s'),
    first_token_s: limit('first_token_s'),
    silence_s: limit('silence_s'),
    total_s: limit('total_s'),
  };
}

/** The first limit that is set and could never be reached, and the one that is always reached before it. */
export function unreachableLimit(
  settings: TimeLimitSettings,
): { readonly name: TimeLimitName; readonly before: TimeLimitName; readonly beforeS: number } | undefined {
  const limits = timeLimitsWith(settings);
  for (const name of ['connect_s', 'first_token_s', 'silence_s'] as const) {
    const set = settings[name];
    const before = WITHIN[name].find((other) => set !== undefined && set > limits[other]);
    if (before !== undefined) return { name, before, beforeS: limits[before] };
  }
  return undefined;
}

/** The settings after a change. Undefined fields of the change leave them as they are, and null takes them away. */
export function changedTimeLimits(settings: TimeLimitSettings, patch: TimeLimitsPatch): TimeLimitSettings {
  if (patch === null) return {};
  const setting = (name: TimeLimitName) => {
    const given = patch[name];
    return given === undefined ? settings[name] : (given ?? undefined);
  };
  return {
    connect_s: setting('connect_s'),
    first_token_s: setting('first_token_s'),
    silence_s: setting('silence_s'),
    total_s: setting('total_s'),
  };
}
