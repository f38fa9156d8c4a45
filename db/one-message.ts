type Statements = Readonly<Record<string, unknown>>;
export type Answers<S extends Statements> = { readonly [Name in keyof S]: Awaited<S[Name]> };

/**
 * Answers statements of one transaction that are sent to Postgres in one message (ADR 14). Postgres executes them in the
 * order in which the object literal names them. So this order is the order of their locks, and each statement sees what the
 * statements before it wrote.
 */
export async function inOneMessage<S extends Statements>(statements: S): Promise<Answers<S>> {
  const answers = await Promise.all(Object.values(statements));
  const named = Object.keys(statements).map((name, i) => [name, answers[i]]);
  // TypeScript does not follow which value belongs to which name; each is paired with its own above.
  return Object.fromEntries(named) as Answers<S>;
}
