import { type SqlToken, sqlTokens } from './sql-tokens.ts';

/**
 * Words that change something wherever they stand: in a common table expression, behind EXPLAIN, or behind another statement without
 * a semicolon, which Transact-SQL allows.
 */
const CHANGING = new Set(
  `insert update delete merge replace upsert truncate create alter drop rename grant revoke deny exec execute call copy load kill
   shutdown backup restore bulk dbcc reconfigure attach detach vacuum prepare outfile dumpfile go`.split(/\s+/),
);
/** These are also the names of functions. */
const FUNCTIONS = new Set(['replace', 'insert', 'truncate']);
/** INTO belongs to these. Elsewhere it writes a table or a file. */
const WITH_INTO: readonly string[] = ['insert', 'replace', 'merge'];

/**
 * Says why a value is not SQL that only does what the verbs say. Each statement must begin with one of them (or with WITH), and no
 * other verb may stand anywhere outside of quotes and comments. A column that is called like a verb has to be quoted.
 */
export function sqlProblem(value: unknown, verbs: readonly string[]): string | undefined {
  const allowed = new Set(verbs.map((verb) => verb.toLowerCase()));
  const wanted = `it must be SQL that has no other verbs than ${[...allowed].join(', ')}`;
  const tokens = typeof value === 'string' ? sqlTokens(value) : undefined;
  if (tokens === undefined) return `${wanted}, and that every database reads in the same way`;
  const statements = statementsOf(tokens);
  if (statements.length === 0) return wanted;
  const forbidden = statements.flatMap((words) => words.filter((word, index) => !mayStand(word, index, allowed)));
  return forbidden.length === 0 ? undefined : `${wanted}; it has ${forbidden[0]?.word}`;
}

type Word = Extract<SqlToken, { kind: 'word' }>;

function statementsOf(tokens: readonly SqlToken[]): Word[][] {
  const statements: Word[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'end') statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements.filter((words) => words.length > 0);
}

function mayStand({ word, afterDot, beforeParenthesis }: Word, index: number, allowed: ReadonlySet<string>): boolean {
  if (index === 0) return word === 'with' || allowed.has(word);
  if (afterDot || allowed.has(word)) return true;
  if (word === 'into') return WITH_INTO.some((verb) => allowed.has(verb));
  if (!CHANGING.has(word)) return true;
  return FUNCTIONS.has(word) && beforeParenthesis;
}
