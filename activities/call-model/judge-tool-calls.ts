import { createHash } from 'node:crypto';
import type { NewToolCall } from '../../db/queries/tool-call.ts';
import { createArgumentValidator } from '../../domain/json-schema.ts';
import { deeperThan, storableJson } from '../../domain/storable-text.ts';
import { countTokens } from '../../domain/tokens.ts';
import type { CatalogTool } from '../../mcp/tool-catalog.ts';
import type { ModelAnswer } from '../../models/model-call.ts';
import type { SessionCatalog } from '../call-tools/session-tools.ts';

type ArgumentValidator = ReturnType<typeof createArgumentValidator>;

/** Compiled once a definition: compiling costs a hundred times what checking does. */
export interface ArgumentValidators {
  of(tool: CatalogTool): ArgumentValidator;
}

const KEPT_VALIDATORS = 512;
const MAX_NAME_CHARACTERS = 64;
/** As deep as a request to the API may be. */
const MAX_ARGUMENT_DEPTH = 32;

export function createArgumentValidators(): ArgumentValidators {
  const byHash = new Map<string, ArgumentValidator>();
  return {
    of(tool) {
      const known = byHash.get(tool.hash);
      if (known !== undefined) return known;
      if (byHash.size >= KEPT_VALIDATORS) byHash.clear();
      const validator = createArgumentValidator(tool.inputSchema);
      byHash.set(tool.hash, validator);
      return validator;
    },
  };
}

/**
 * The verdict on each tool call of an answer, in the order of the governed pipeline: tool known, allowed by policy,
 * arguments valid, approval. A refusal is a result the model can read.
 */
export function judgeToolCalls(
  at: { sessionId: string; turn: number },
  calls: ModelAnswer['toolCalls'],
  catalog: SessionCatalog,
  validators: ArgumentValidators,
): NewToolCall[] {
  return calls.map(readable).map((call, callIndex) => {
    const tool = catalog.byName.get(call.name);
    const refusal = refusalOf(call, tool, catalog, validators);
    return {
      id: toolCallId(at.sessionId, at.turn, callIndex),
      turn: at.turn,
      callIndex,
      toolName: call.name,
      serverId: tool?.serverId ?? 'none',
      serverTool: tool?.serverTool ?? call.name,
      effect: tool?.effect ?? 'read',
      idempotent: tool?.idempotent ?? false,
      bundled: tool?.bundled ?? false,
      args: call.args ?? {},
      verdict: refusal === undefined ? 'allow' : 'deny',
      reasonCode: refusal?.reasonCode ?? null,
      ...(refusal === undefined ? {} : { refusal: { output: refusal.output, tokens: countTokens(refusal.output) } }),
    };
  });
}

/** A call as it can be stored and shown: whatever a model sends, neither its name nor its arguments may break the session. */
function readable(call: ModelAnswer['toolCalls'][number]): ModelAnswer['toolCalls'][number] {
  const name = nameForProviders(call.name);
  const { rawArgs, args } = call;
  return args === undefined || deeperThan(args, MAX_ARGUMENT_DEPTH)
    ? { name, rawArgs }
    : { name, rawArgs, args: storableJson(args) };
}

/** A name that every provider takes back in a transcript, also of a tool that never was; those of real tools stay. */
function nameForProviders(name: string): string {
  const plain = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, MAX_NAME_CHARACTERS);
  // Provider libraries look names up in plain objects: `constructor` would be found there.
  return plain === '' || plain in {} ? `tool_${plain}` : plain;
}

/** Fixed from where the call stands, so that storing an answer twice names its calls alike. */
export function toolCallId(sessionId: string, turn: number, callIndex: number): string {
  const digest = createHash('sha256').update(`${sessionId}/${turn}/${callIndex}`).digest('hex');
  return `call_${digest.slice(0, 26)}`;
}

function refusalOf(
  call: ModelAnswer['toolCalls'][number],
  tool: CatalogTool | undefined,
  catalog: SessionCatalog,
  validators: ArgumentValidators,
): { reasonCode: string; output: string } | undefined {
  if (tool === undefined) {
    const known = catalog.tools.map((each) => each.name).join(', ');
    return { reasonCode: 'tool.unknown', output: `There is no tool ${call.name}. The tools are: ${known || 'none'}.` };
  }
  if (!tool.allowed) {
    return { reasonCode: 'tool.not_allowed', output: `The tool ${tool.name} is not allowed by policy. Do without it.` };
  }
  if (call.args === undefined) {
    return {
      reasonCode: 'tool.invalid_arguments',
      output: `The arguments of ${tool.name} were not a JSON object of at most ${MAX_ARGUMENT_DEPTH} levels, or were cut off. Call it again with arguments that fit its schema.`,
    };
  }
  const checked = validators.of(tool)(call.args);
  if (!checked.ok) {
    return {
      reasonCode: 'tool.invalid_arguments',
      output: `The arguments of ${tool.name} do not fit its schema: ${checked.message}. Call it again with arguments that do.`,
    };
  }
  if (tool.requiresApproval) {
    return {
      reasonCode: 'tool.approval_required',
      output: `The tool ${tool.name} needs a person's approval, which can't be asked for here. Do without it.`,
    };
  }
  return undefined;
}
