import { type OfferedTool, parseJsonObject } from '../conversation.ts';
import type { Draft } from '../reply.ts';
import type { PerformedCall, Round } from './round.ts';
import { hasAnyRole, plainValue, propertiesOf, requiredOf, typeOf } from './tool-roles.ts';

/** Finds a tool that the task names ("call echo with …") and for which the agent knows no other use. */
export function namedTool(task: string, tools: readonly OfferedTool[]): OfferedTool | undefined {
  const words = new Set(task.split(/[^A-Za-z0-9_.:-]+/).map((word) => word.replace(/[.:]+$/, '')));
  return tools.find((tool) => !hasAnyRole(tool.name) && tool.name.length >= 3 && words.has(tool.name));
}

/** Calls the named tool once. Once the tool has answered, reports its answer. */
export function useNamedTool(tool: OfferedTool, round: Round): Draft {
  const call = round.calls.find((each) => each.name === tool.name);
  if (call !== undefined) return { text: tellOf(call), toolCalls: [] };
  return { text: '', toolCalls: [{ name: tool.name, rawArgs: JSON.stringify(argumentsFromTask(tool, round.task)) }] };
}

function tellOf(call: PerformedCall): string {
  const shown = call.output.length > 600 ? `${call.output.slice(0, 600)}…` : call.output;
  return `The tool ${call.name} answered${call.isError ? ' with an error' : ''}: ${shown}`;
}

/** Takes JSON in the task as it stands. Without JSON, quoted texts and numbers fill the required properties in order. */
function argumentsFromTask(tool: OfferedTool, task: string): Record<string, unknown> {
  const json = parseJsonObject(/\{[\s\S]*\}/.exec(task)?.[0] ?? '');
  if (json !== undefined) return json;
  const quoted = [...task.matchAll(/"([^"]*)"|'([^']*)'/g)].map((match) => match[1] ?? match[2] ?? '');
  const numbers = (task.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number);
  const properties = propertiesOf(tool);
  const args: Record<string, unknown> = {};
  for (const name of requiredOf(tool)) {
    const schema = properties[name];
    const type = typeOf(schema);
    if (type === 'string' && plainValue(schema) === '') args[name] = quoted.shift() ?? task;
    else if (type === 'number' || type === 'integer') args[name] = numbers.shift() ?? plainValue(schema);
    else args[name] = plainValue(schema);
  }
  return args;
}
