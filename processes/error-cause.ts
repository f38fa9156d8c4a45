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

/** The codes of Node, undici and Postgres consist of these characters. What a server sends may be called a code, too. */
const OF_THE_SYSTEM = /^[A-Z0-9_]{3,40}$/;

/** The first code of the system in what was thrown and its causes, for a log line. */
export function systemCodeOf(thrown: unknown): string | undefined {
  for (const cause of causesOf(thrown)) {
    const code = codeOf(cause);
    if (code !== undefined && OF_THE_SYSTEM.test(code)) return code;
  }
  return undefined;
}

/** The code of an error, as Node, Postgres and undici give it: `ENOSPC`, `23505`, `UND_ERR_CONNECT_TIMEOUT`. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
