import { createCallModel } from './call-model/call-model.ts';
import { createCallBundledTool } from './call-tools/call-bundled-tool.ts';
import { createCallTool } from './call-tools/call-tool.ts';
import { createCountInput } from './count-input/count-input.ts';
import { createDebitBudget } from './debit-budget/debit-budget.ts';
import { stageFailure } from './failure.ts';
import { createRefreshContext } from './refresh-context/refresh-context.ts';
import { createSelectModel } from './select-model/select-model.ts';
import { createEndSession } from './session/end-session.ts';
import type { StageDeps } from './stage-deps.ts';
import type { Activities } from './stage-results.ts';
import { createSummarize } from './summarize/summarize.ts';

/** The stages of a turn. `onFailure` is told what a stage really threw; Temporal learns only its type. */
export function createActivities(
  deps: StageDeps & { readonly onFailure: (stage: string, error: unknown) => void },
): Activities {
  const mapped =
    <Ref, Result>(stage: string, run: (ref: Ref) => Promise<Result>) =>
    async (ref: Ref): Promise<Result> => {
      try {
        return await run(ref);
      } catch (error) {
        deps.onFailure(stage, error);
        throw stageFailure(error);
      }
    };
  return {
    refreshContext: mapped('refreshContext', createRefreshContext(deps)),
    selectModel: mapped('selectModel', createSelectModel(deps)),
    callModel: mapped('callModel', createCallModel(deps)),
    countInput: mapped('countInput', createCountInput(deps)),
    callBundledTool: mapped('callBundledTool', createCallBundledTool(deps)),
    callTool: mapped('callTool', createCallTool(deps)),
    debitBudget: mapped('debitBudget', createDebitBudget(deps)),
    summarize: mapped('summarize', createSummarize(deps)),
    endSession: mapped('endSession', createEndSession(deps)),
  };
}
