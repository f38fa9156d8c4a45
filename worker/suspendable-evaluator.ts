import type { Evaluator } from '../evaluation/evaluator.ts';
import type { Suspensions } from '../processes/suspensions.ts';

const SUSPENDED = 'the operator had suspended the tenant';

/**
 * Evaluates for the stages of a worker. The suspension of a tenant gives up what it has waiting or under way: a stage goes on as it
 * does after an evaluation that took too much, and its session then pauses or ends.
 */
export function createSuspendableEvaluator(
  evaluator: Pick<Evaluator, 'of'>,
  suspensions: Pick<Suspensions, 'begin'>,
): Pick<Evaluator, 'of'> {
  return {
    of: (tenantId) => async (name, input) => {
      const { suspended, end } = suspensions.begin(tenantId);
      try {
        return await evaluator.of(tenantId, suspended)(name, input);
      } catch (error) {
        if (suspended.aborted) return { kind: 'given_up', why: SUSPENDED };
        throw error;
      } finally {
        end();
      }
    },
  };
}
