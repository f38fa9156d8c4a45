import type { ArgumentValidator } from './json-schema.ts';
import { deeperThan, storableJson } from './storable-text.ts';

/** A tool call as a model asks for it. */
export interface RequestedCall {
  readonly name: string;
  /** Undefined when the model sent no JSON object. */
  readonly args?: Record<string, unknown> | undefined;
  /** True when a number in them can't be passed on exactly. `args` has its digits as a string. */
  readonly inexactNumbers?: true | undefined;
}

/** What is known of a tool that a session may call. */
export interface JudgedTool {
  readonly name: string;
  readonly allowed: boolean;
  readonly requiresApproval: boolean;
}

/** Why a call is not run, with a result that the model can read and act on. */
export interface ToolRefusal {
  readonly reasonCode:
    | 'tool.cut_answer'
    | 'tool.unknown'
    | 'tool.too_many_calls'
    | 'tool.not_allowed'
    | 'tool.invalid_arguments'
    | 'tool.approval_required';
  readonly output: string;
}

/** An answer that was cut off: its calls may be half of what the model meant, even where they look whole. */
export interface CutAnswer {
  readonly by: 'length' | 'content-filter' | 'refusal';
  readonly outputTokens: number;
}

const MAX_NAME_CHARACTERS = 64;
/** The same limit as for the body of a request to the API. */
const MAX_ARGUMENT_DEPTH = 32;

/**
 * The call as it can be stored, shown and sent back to any provider: whatever a model sends, neither the name nor the
 * arguments may break the session. The names of real tools stay as they are.
 */
export function storableCall({ name, args, inexactNumbers }: RequestedCall): RequestedCall {
  const usable = args !== undefined && !deeperThan(args, MAX_ARGUMENT_DEPTH);
  return { name: nameForProviders(name), args: usable ? storableJson(args) : undefined, inexactNumbers };
}

/**
 * The verdict on a call, in the order of the governed pipeline: answer whole, tool known, allowed by policy, arguments
 * valid, approval. Undefined: the call may run.
 * @param call as `storableCall` made it
 * @param catalog all tools that the session knows, and those of them that the model was offered
 */
export function refusalOf<Tool extends JudgedTool>(
  call: RequestedCall,
  catalog: { readonly byName: ReadonlyMap<string, Tool>; readonly tools: readonly Tool[] },
  validatorOf: (tool: Tool) => ArgumentValidator,
  cut?: CutAnswer,
): ToolRefusal | undefined {
  if (cut !== undefined) return refusal('tool.cut_answer', cutMessage(cut));
  const tool = catalog.byName.get(call.name);
  if (tool === undefined) {
    const offered = catalog.tools.map(({ name }) => name).join(', ') || 'none';
    return refusal('tool.unknown', `There is no tool ${call.name}. The tools are: ${offered}.`);
  }
  if (!tool.allowed) {
    return refusal('tool.not_allowed', `The tool ${tool.name} is not allowed by policy. Do without it.`);
  }
  if (call.args === undefined) {
    return refusal(
      'tool.invalid_arguments',
      `The arguments of ${tool.name} were not a JSON object of at most ${MAX_ARGUMENT_DEPTH} levels, or were cut off. Call it again with arguments that fit its schema.`,
    );
  }
  if (call.inexactNumbers) {
    return refusal(
      'tool.invalid_arguments',
      `The arguments of ${tool.name} hold a number with more digits than can be passed on exactly, so it was not called. Call it again with that number as a string.`,
    );
  }
  const checked = validatorOf(tool)(call.args);
  if (!checked.ok) {
    return refusal(
      'tool.invalid_arguments',
      `The arguments of ${tool.name} do not fit its schema: ${checked.message}. Call it again with arguments that do.`,
    );
  }
  if (tool.requiresApproval) {
    return refusal(
      'tool.approval_required',
      `The tool ${tool.name} needs a person's approval, which can't be asked for here. Do without it.`,
    );
  }
  return undefined;
}

function cutMessage({ by, outputTokens }: CutAnswer): string {
  const why = by === 'length' ? 'at its limit' : 'by a filter';
  const advice =
    by === 'length'
      ? 'Write less at a time: split the work into several smaller calls, one part in each.'
      : 'Leave out what the filter objects to.';
  return `Your answer was cut off ${why} after ${outputTokens} tokens, so this call was not run: it may be incomplete. ${advice}`;
}

/** The refusal of the last call that is kept of an answer with too many, in the name of all that are not made. */
export function tooManyCalls(unmade: number): ToolRefusal {
  return refusal(
    'tool.too_many_calls',
    `This call and the ${unmade - 1} after it were not made: one answer holds too many calls. Make them in later answers, a few at a time.`,
  );
}

function refusal(reasonCode: ToolRefusal['reasonCode'], output: string): ToolRefusal {
  return { reasonCode, output };
}

/** A name that every provider accepts back in a transcript, even where no such tool exists. */
function nameForProviders(name: string): string {
  const plain = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, MAX_NAME_CHARACTERS);
  // Provider libraries look names up in plain objects: `constructor` would be found there.
  return plain === '' || plain in {} ? `tool_${plain}` : plain;
}
