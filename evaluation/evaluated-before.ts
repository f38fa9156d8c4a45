import type { Evaluate, Evaluated, EvaluationName, Evaluations } from './evaluations.ts';

/** Thrown out of a transaction that needs an evaluation which nobody has made yet. */
class NeedsEvaluation extends Error {}

/** Each round of a transaction finds at least one more evaluation made. An answer has at most 128 calls. */
const MOST_ROUNDS = 1_000;

/**
 * The evaluations of one piece of work, each made once. A transaction must not wait for one: it would hold its locks and
 * its connection for as long as a hostile schema takes.
 */
export interface KnownEvaluations {
  /** Makes the evaluation if it is not known. For use outside of transactions. */
  readonly evaluate: Evaluate;
  /**
   * Runs a transaction which is given only known evaluations. One that needs another is rolled back, and runs again when
   * that is made, so the transaction must have no effect but its own.
   */
  before<T>(transaction: (evaluate: Evaluate) => Promise<T>): Promise<T>;
}

/** The results by what was evaluated. A text is a key as it is, because to write one of megabytes as JSON takes long each time. */
function createKnownResults() {
  const byProgram = new Map<string, Map<string, Evaluated<unknown>>>();
  const split = <Name extends EvaluationName>(name: Name, input: Evaluations[Name]['input']) => {
    const { text, ...program } = { text: '', ...input };
    return { program: JSON.stringify([name, program]), text };
  };
  return {
    of<Name extends EvaluationName>(name: Name, input: Evaluations[Name]['input']): Evaluated<unknown> | undefined {
      const { program, text } = split(name, input);
      return byProgram.get(program)?.get(text);
    },
    keep<Name extends EvaluationName>(name: Name, input: Evaluations[Name]['input'], made: Evaluated<unknown>): void {
      const { program, text } = split(name, input);
      const byText = byProgram.get(program) ?? new Map<string, Evaluated<unknown>>();
      byProgram.set(program, byText.set(text, made));
    },
  };
}

export function createKnownEvaluations(evaluate: Evaluate): KnownEvaluations {
  const known = createKnownResults();
  const make: Evaluate = async (name, input) => {
    const made = known.of(name, input) ?? (await evaluate(name, input));
    known.keep(name, input, made);
    return made as Awaited<ReturnType<typeof evaluate<typeof name>>>;
  };
  return {
    evaluate: make,
    async before(transaction) {
      for (let round = 1; ; round++) {
        const missing: (() => Promise<unknown>)[] = [];
        const recall: Evaluate = async (name, input) => {
          const made = known.of(name, input);
          if (made === undefined) {
            missing.push(() => make(name, input));
            throw new NeedsEvaluation('This is evaluated before the transaction.');
          }
          return made as Awaited<ReturnType<typeof evaluate<typeof name>>>;
        };
        try {
          return await transaction(recall);
        } catch (error) {
          if (!(error instanceof NeedsEvaluation) || round === MOST_ROUNDS) throw error;
          // Evaluations that were asked for side by side are all made before the next round.
          await Promise.all(missing.map((each) => each()));
        }
      }
    },
  };
}
