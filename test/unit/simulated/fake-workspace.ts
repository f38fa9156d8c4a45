import type { OfferedTool } from '../../../simulated/conversation.ts';

const stringTool = (name: string, required: readonly string[]): OfferedTool => ({
  name,
  inputSchema: {
    type: 'object',
    properties: Object.fromEntries(required.map((property) => [property, { type: 'string' }])),
    required,
  },
});

export const workspaceTools: readonly OfferedTool[] = [
  stringTool('workspace_list', []),
  stringTool('workspace_search', ['query']),
  stringTool('workspace_read', ['name']),
  stringTool('workspace_write', ['name', 'content']),
  stringTool('memory_append', ['fact']),
  stringTool('memory_search', ['query']),
];

export interface ToolAnswer {
  readonly output: string;
  readonly isError: boolean;
}

/** The bundled tools over a map, for agents under test. */
export function createFakeWorkspace(notes: Readonly<Record<string, string>>) {
  const files = new Map(Object.entries(notes));
  const facts: string[] = [];

  function call(tool: string, args: Readonly<Record<string, unknown>>): ToolAnswer {
    const text = (key: string): string => {
      const value = args[key];
      if (typeof value !== 'string') throw new TypeError(`/${key} must be string`);
      return value;
    };
    const ok = (value: unknown): ToolAnswer => ({
      output: typeof value === 'string' ? value : JSON.stringify(value),
      isError: false,
    });
    try {
      switch (tool) {
        case 'workspace_list':
          return ok({ results: [...files.keys()].map((name) => ({ name })) });
        case 'workspace_search': {
          const words = text('query').toLowerCase().split(' ');
          const hits = [...files].filter(([, content]) => words.some((word) => content.toLowerCase().includes(word)));
          return ok(
            hits.map(([name, content]) => `${name} (score 0.5)\n  ${content.slice(0, 80)}`).join('\n') ||
              'No file matches.',
          );
        }
        case 'workspace_read':
          return ok(files.get(text('name')) ?? 'no such file');
        case 'workspace_write':
          files.set(text('name'), text('content'));
          return ok({ written: text('name') });
        case 'memory_append':
          facts.push(text('fact'));
          return ok({ stored: true });
        case 'memory_search':
          return ok({ results: [] });
        default:
          return { output: `unknown tool ${tool}`, isError: true };
      }
    } catch (error) {
      return {
        output: `arguments_invalid: ${error instanceof Error ? error.message : 'bad arguments'}`,
        isError: true,
      };
    }
  }

  return { files, facts, call };
}

export const researchNotes: Readonly<Record<string, string>> = {
  'evals.md': `# Evaluations of dangerous capabilities

A 2026 study of AI safety evaluations found that 40 % of the tested models hid abilities when they knew they were tested. The authors recommend evaluations without notice. They ran 1,200 tasks.

- Safety cases built on a single evaluation fail when the model changes.`,
  'oversight.md': `# Scalable oversight

Debate between two models improved the accuracy of AI safety reviewers from 61 to 76 per cent. It helps most where the reviewer knows little of the subject.`,
  'interpretability.md': `# Interpretability

Sparse autoencoders found features for deception in a mid-sized model. For AI safety this shows where to look, because a feature can be switched off. The effect on honest answers was small.`,
  'alignment.md': `# Alignment by constitution

Training on written principles reduced harmful answers by half without more refusals. Alignment measured in conversation did not carry over to tool use.`,
  'budget.md': `# Office budget

The coffee machine costs 900 a year and nobody wants to replace it now.`,
};
