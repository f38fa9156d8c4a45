type Statements = Readonly<Record<string, unknown>>;
export type Answers<S extends Statements> = { readonly [Name in keyof S]: Awaited<S[Name]> };

/**
 * The answers to statements of one transaction that are sent in one message to Postgres (ADR 14). Postgres executes them
 * in the order in which the object literal names them, so this order is the order of their locks, and each statement sees
 * what the ones before it wrote.
 */
export async function inOneMessage<S extends Statements>(statements: S): Promise<Answers<S>> {
  const answers = await Promise.all(Object.values(statements));
  const named = Object.keys(statements).map((name, i) => [name, answers[i]]);
  // TypeScript does not follow which value belongs to which name; each is paired with its own above.
  return Object.fromEntries(named) as Answers<S>;
}
