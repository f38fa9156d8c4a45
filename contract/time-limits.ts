import { z } from 'zod';

/** The least and the most seconds that each limit may have. */
export const timeLimitBounds = {
  connect_s: { least: 1, most: 60 },
  first_token_s: { least: 1, most: 7_200 },
  silence_s: { least: 1, most: 3_600 },
  total_s: { least: 1, most: 21_600 },
} as const;

export type TimeLimitName = keyof typeof timeLimitBounds;

const secondsOf = (name: TimeLimitName) => z.int().min(timeLimitBounds[name].least).max(timeLimitBounds[name].most);

const connect = secondsOf('connect_s').describe('Until there is a connection, TLS included.');
const firstToken = secondsOf('first_token_s').describe('From the request until an answer begins.');
const silence = secondsOf('silence_s').describe('Between two pieces of an answer that has begun.');
const total = secondsOf('total_s').describe('For a whole request.');

/** How many seconds a request to a model may take. */
export const timeLimitsSchema = z
  .strictObject({
    connect_s: connect.optional(),
    first_token_s: firstToken.optional(),
    silence_s: silence.optional(),
    total_s: total.optional(),
  })
  .meta({ id: 'TimeLimits' });
export type TimeLimitSettings = z.infer<typeof timeLimitsSchema>;

/** A limit that a change leaves out stays as it is; null puts it back to its default. */
export const patchTimeLimitsSchema = z
  .strictObject({
    connect_s: connect.nullable().optional(),
    first_token_s: firstToken.nullable().optional(),
    silence_s: silence.nullable().optional(),
    total_s: total.nullable().optional(),
  })
  .nullable()
  .describe('A limit that is left out stays as it is; null puts one of them, or all, back to the default.');
export type TimeLimitsPatch = z.infer<typeof patchTimeLimitsSchema>;

/** The limits that hold, with the defaults in place of what is not set. */
export const effectiveTimeLimitsSchema = z
  .object({ connect_s: z.int(), first_token_s: z.int(), silence_s: z.int(), total_s: z.int() })
  .describe('In seconds, with the defaults in place of what is not set.');
