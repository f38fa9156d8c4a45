import type { ArgumentRule } from '../contract/argument-rules.ts';
import { deeperThan, storableJson } from './storable-text.ts';

/** A tool call as a model asks for it. */
export interface RequestedCall {
  readonly name: string;
  /** Undefined when the model sent no JSON object. */
  readonly args?: Record<string, unknown> | undefined;
  /** True when a number in them can't be passed on exactly. `args` has its digits as a string. */
  readonly inexactNumbers?: true | undefined;
}

/** The rule of a call that asks because of what is in the conversation. */
export const TAINT_RULE = 'taint';

/** The facts about a tool that a session may call. */
export interface JudgedTool {
  readonly name: string;
  readonly standing: ToolStanding;
  readonly argumentRules?: ArgumentRules | undefined;
  /** True: a call asks when output of an external tool is in the conversation. */
  readonly asksWhenTainted?: boolean | undefined;
}

/** The facts about the answer that a call is part of. */
export interface CalledIn {
  /** The way in which the answer was cut off. Undefined: it is whole. */
  readonly cut?: CutAnswer | undefined;
  /** The tool, or the text, that brought something from outside into the conversation. Null: nothing did. */
  readonly taintedBy?: string | null | undefined;
}

/** The rules of a policy for the arguments of a tool. */
export interface ArgumentRules {
  /** The policy. */
  readonly rule: string;
  readonly rules: readonly ArgumentRule[];
}

/** The verdict of policy on a tool, whatever the arguments are. */
export interface ToolStanding {
  readonly verdict: 'allow' | 'ask' | 'deny';
  /** The rule that decides: the policy, `default` where no policy names the tool, or PIN_RULE. */
  readonly rule: string;
}

/** The rule of a tool in quarantine: its server defines it otherwise than it was pinned, and no admin has accepted that. */
export const PIN_RULE = 'pin';

/** The verdict on a call, and the rule that decides. */
export type CallVerdict =
  | { readonly verdict: 'allow'; readonly rule: string }
  | ({ readonly verdict: 'ask' | 'deny'; readonly rule: string } & ToolRefusal);

/**
 * The reason why a call is not run, with a result that the model can read and act on. A call that asks has it too: it is the
 * result of the call where no person can be asked.
 */
export interface ToolRefusal {
  readonly reasonCode:
    | 'tool.cut_answer'
    | 'tool.unknown'
    | 'tool.too_many_calls'
    | 'tool.quarantined'
    | 'tool.not_allowed'
    | 'tool.invalid_arguments'
    | 'tool.arguments_unchecked'
    | 'tool.argument_rule'
    | 'tool.arguments_withheld'
    | 'tool.rate_limited'
    | 'tool.approval_required';
  readonly output: string;
}

/** The arguments of a call, checked against the schema of the tool and the rules of its policy. */
export type CheckedArguments =
  | { readonly kind: 'fits' }
  | { readonly kind: 'invalid' | 'forbidden'; readonly message: string }
  /** The check was given up. `why` is behind "because". */
  | { readonly kind: 'unchecked'; readonly why: string };

/** Checks the arguments of a call of a tool. */
export type CheckArguments<Tool> = (tool: Tool, args: Record<string, unknown>) => Promise<CheckedArguments>;

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
 * valid, argument rules, approval, taint.
 * @param call as `storableCall` made it
 * @param catalog all tools that the session knows, and those of them that the model was offered
 */
export async function verdictOf<Tool extends JudgedTool>(
  call: RequestedCall,
  catalog: { readonly byName: ReadonlyMap<string, Tool>; readonly tools: readonly Tool[] },
  check: CheckArguments<Tool>,
  { cut, taintedBy }: CalledIn = {},
): Promise<CallVerdict> {
  if (cut !== undefined) return denied('answer', 'tool.cut_answer', cutMessage(cut));
  const tool = catalog.byName.get(call.name);
  if (tool === undefined) {
    const offered = catalog.tools.map(({ name }) => name).join(', ') || 'none';
    return denied('catalog', 'tool.unknown', `There is no tool ${call.name}. The tools are: ${offered}.`);
  }
  const { verdict, rule } = tool.standing;
  if (rule === PIN_RULE) return denied(rule, 'tool.quarantined', quarantineMessage(tool.name));
  if (verdict === 'deny') {
    return denied(rule, 'tool.not_allowed', `The tool ${tool.name} is not allowed by policy. Do without it.`);
  }
  const unreadable = whyUnreadable(call, tool.name);
  if (unreadable !== undefined) return denied('schema', 'tool.invalid_arguments', unreadable);
  const refused = refusalOf(tool, await check(tool, call.args ?? {}));
  if (refused !== undefined) return refused;
  if (verdict === 'ask') {
    const output = `The tool ${tool.name} needs a person's approval, which can't be asked for here. Do without it.`;
    return { verdict, rule, reasonCode: 'tool.approval_required', output };
  }
  if (tool.asksWhenTainted && typeof taintedBy === 'string') {
    const output = `The tool ${tool.name} needs a person's approval here, because text from outside (${taintedBy}) is in this conversation.`;
    return { verdict: 'ask', rule: TAINT_RULE, reasonCode: 'tool.approval_required', output };
  }
  return { verdict, rule };
}

/** The message that a model reads when it calls a tool in quarantine. */
export function quarantineMessage(toolName: string): string {
  return `The server of ${toolName} has changed its definition. The tool is not called until an admin has accepted the change. Do without it.`;
}

/** Says why the arguments of a call can't be read. Undefined: they can. */
function whyUnreadable({ args, inexactNumbers }: RequestedCall, name: string): string | undefined {
  if (args === undefined) {
    return `The arguments of ${name} were not a JSON object of at most ${MAX_ARGUMENT_DEPTH} levels, or were cut off. Call it again with arguments that fit its schema.`;
  }
  if (inexactNumbers) {
    return `The arguments of ${name} hold a number with more digits than can be passed on exactly, so it was not called. Call it again with that number as a string.`;
  }
  return undefined;
}

function refusalOf({ name, argumentRules }: JudgedTool, checked: CheckedArguments): CallVerdict | undefined {
  switch (checked.kind) {
    case 'fits':
      return undefined;
    case 'invalid': {
      const output = `The arguments of ${name} do not fit its schema: ${checked.message}. Call it again with arguments that do.`;
      return denied('schema', 'tool.invalid_arguments', output);
    }
    case 'forbidden': {
      const output = `The arguments of ${name} are not allowed by policy. ${checked.message}. Call it again with others, or do without it.`;
      return denied(argumentRules?.rule ?? 'schema', 'tool.argument_rule', output);
    }
    case 'unchecked': {
      const output = `The arguments of ${name} could not be checked, because ${checked.why}. It was not called, and it would not be with the same arguments. Do without it.`;
      return denied('schema', 'tool.arguments_unchecked', output);
    }
  }
}

function cutMessage({ by, outputTokens }: CutAnswer): string {
  const why = by === 'length' ? 'at its limit' : 'by a filter';
  const advice =
    by === 'length'
      ? 'Write less at a time: split the work into several smaller calls, one part in each.'
      : 'Leave out what the filter objects to.';
  return `Your answer was cut off ${why} after ${outputTokens} tokens, so this call was not run: it may be incomplete. ${advice}`;
}

/** The verdict on the last call that is kept of an answer with too many. It speaks for all calls that are not made. */
export function tooManyCalls(unmade: number): CallVerdict {
  return denied(
    'answer',
    'tool.too_many_calls',
    `This call and the ${unmade - 1} after it were not made: one answer holds too many calls. Make them in later answers, a few at a time.`,
  );
}

/** The verdict on a call that a guardrail keeps from being made. @param output why, in words that the model reads */
export function withheldCall(output: string): CallVerdict {
  return denied('guardrail', 'tool.arguments_withheld', output);
}

function denied(rule: string, reasonCode: ToolRefusal['reasonCode'], output: string): CallVerdict {
  return { verdict: 'deny', rule, reasonCode, output };
}

/** A name that every provider accepts back in a transcript, even where no such tool exists. */
function nameForProviders(name: string): string {
  const plain = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, MAX_NAME_CHARACTERS);
  // Provider libraries look names up in plain objects: `constructor` would be found there.
  return plain === '' || plain in {} ? `tool_${plain}` : plain;
}
