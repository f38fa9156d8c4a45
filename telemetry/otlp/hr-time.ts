/** Milliseconds since 1970, or a number of them, as OpenTelemetry writes times: seconds and nanoseconds. */
export function hrTime(ms: number): [number, number] {
  const seconds = Math.trunc(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}
