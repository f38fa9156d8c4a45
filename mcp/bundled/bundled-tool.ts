import type { CallToolResult } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { ToolEffect } from '../../contract/mcp.ts';
import type { Tx } from '../../db/database.ts';

/** On whose behalf a bundled tool runs. Its tenant is that of the transaction (I8). */
export interface ToolScope {
  readonly agentId: string;
  readonly sessionId: string;
  /** True: the session may have kept the vector of a query. */
  readonly searchesByMeaning?: boolean | undefined;
}

/** The bundled servers reach nothing outside. */
export type BundledToolEffect = Exclude<ToolEffect, 'egress'>;

/** A tool of ours: what models are told of it, and the function that does its work. */
export interface BundledTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: z.ZodObject;
  readonly effect: BundledToolEffect;
  /**
   * Does the work in `tx`: what the tool writes is committed with everything else that is written there, or not at all.
   * A mistake of the model, arguments that do not fit the schema included, changes nothing and is a result with
   * `isError`. A result has the form that MCP gives it, which is also the form that is stored with its effect.
   */
  run(tx: Tx, scope: ToolScope, args: unknown): Promise<CallToolResult>;
}

/** Puts the check of the arguments in front of a tool that takes what its schema gives. */
export function bundledTool<Schema extends z.ZodObject>(
  tool: Omit<BundledTool, 'inputSchema' | 'run'> & {
    readonly inputSchema: Schema;
    run(tx: Tx, scope: ToolScope, args: z.output<Schema>): Promise<CallToolResult>;
  },
): BundledTool {
  return {
    ...tool,
    async run(tx, scope, args) {
      const parsed = tool.inputSchema.safeParse(args);
      if (parsed.success) return tool.run(tx, scope, parsed.data);
      return mistake(`The arguments do not fit the schema of ${tool.name}.\n${z.prettifyError(parsed.error)}`);
    },
  };
}

export function textResult(text: string, structuredContent?: Record<string, unknown>): CallToolResult {
  const content: CallToolResult['content'] = [{ type: 'text', text }];
  return { content, structuredContent };
}

/** The answer to a mistake that the model can mend. `text` says what to do. */
export function mistake(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
