/** Longer chains of causes are a mistake, and a chain may even be a circle. */
const MAX_CAUSES = 10;

/** What was thrown, its cause, the cause of that, and so on. */
export function* causesOf(thrown: unknown): Generator<unknown, void> {
  let current = thrown;
  for (let n = 0; current !== undefined && n < MAX_CAUSES; n++) {
    yield current;
    current = current instanceof Error ? current.cause : undefined;
  }
}

/** The code of an error, as Node, Postgres and undici give it: `ENOSPC`, `23505`, `UND_ERR_CONNECT_TIMEOUT`. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
