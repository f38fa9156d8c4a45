import { describe, expect, test } from 'vitest';
import { simulatedModels } from '../../../models/kinds/simulated.ts';
import { nextStep } from '../../../simulated/agent/research-agent.ts';
import {
  type ConversationItem,
  type OfferedTool,
  parseJsonObject,
  type SimulatedRequest,
  userItems,
} from '../../../simulated/conversation.ts';
import { createFakeWorkspace, researchNotes, workspaceTools } from './fake-workspace.ts';

const task = 'Research the latest AI safety papers and write a summary';
const models = simulatedModels.map((model) => model.id);

function requestOf(
  model: string,
  items: readonly ConversationItem[],
  tools: readonly OfferedTool[] = workspaceTools,
  maxOutputTokens = 4096,
): SimulatedRequest {
  const turn = items.filter((item) => item.kind === 'assistant').length;
  return {
    protocol: 'openai-chat',
    model,
    stream: false,
    reportsUsage: true,
    maxOutputTokens,
    items,
    tools,
    turn,
    bodyBytes: 1000,
    cachesPrompt: false,
    wantsReasoning: false,
  };
}

type Workspace = ReturnType<typeof createFakeWorkspace>;

/** Plays turns until an answer without tool calls, at most `maxTurns`; `modelOf` may change the model every turn. */
function run(
  items: ConversationItem[],
  workspace: Workspace,
  modelOf: (turn: number) => string,
  options: { tools?: readonly OfferedTool[]; maxTurns?: number; maxOutputTokens?: number; context?: string } = {},
) {
  const calls: { name: string; args: Record<string, unknown> }[] = [];
  for (let turn = 0; turn < (options.maxTurns ?? 15); turn += 1) {
    const draft = nextStep(requestOf(modelOf(turn), items, options.tools, options.maxOutputTokens));
    const made = draft.toolCalls.map((call, index) => ({
      id: `c${index}`,
      name: call.name,
      args: parseJsonObject(call.rawArgs) ?? {},
    }));
    items.push({ kind: 'assistant', text: draft.text, calls: made });
    if (made.length === 0) return { answer: draft.text, calls, turns: turn + 1 };
    for (const call of made) {
      calls.push({ name: call.name, args: call.args });
      items.push({ kind: 'result', callId: call.id, ...workspace.call(call.name, call.args) });
      items.push(...userItems(options.context ?? '<context source="WORKSPACE">\n5 notes\n</context>'));
    }
  }
  return { answer: undefined, calls, turns: options.maxTurns ?? 15 };
}

describe('the default agent', () => {
  test.each(models)(
    '[stack:simulated-model:plain-research-agent] %s researches, writes a summary and answers from the notes it read, naming them',
    (model) => {
      const workspace = createFakeWorkspace(researchNotes);
      const { answer, calls } = run(userItems(task), workspace, () => model);
      expect(answer).toBeDefined();
      const read = calls.filter((call) => call.name === 'workspace_read').map((call) => String(call.args.name));
      expect(read.length).toBeGreaterThan(0);
      const named = read.filter((name) => answer?.includes(name));
      expect(named.length).toBeGreaterThan(0);
      expect(answer).toMatch(/hid abilities|reviewers|autoencoders|Safety cases/);
      expect(workspace.files.get('summary-ai-safety.md')).toMatch(/AI safety/);
      expect(answer).toContain('summary-ai-safety.md');
      expect(answer).not.toContain('coffee');
    },
  );

  test('a dearer model reads more notes and writes a longer summary', () => {
    const [swift, scout, sage] = models.map((model) => {
      const workspace = createFakeWorkspace(researchNotes);
      const { calls } = run(userItems(task), workspace, () => model);
      return {
        read: calls.filter((call) => call.name === 'workspace_read').length,
        summary: workspace.files.get('summary-ai-safety.md')?.length ?? 0,
        facts: workspace.facts.length,
      };
    });
    expect(swift?.read).toBeLessThan(scout?.read ?? 0);
    expect(scout?.read).toBeLessThanOrEqual(sage?.read ?? 0);
    expect(swift?.summary).toBeLessThan(scout?.summary ?? 0);
    expect(scout?.summary).toBeLessThan(sage?.summary ?? 0);
    expect(sage?.facts).toBeGreaterThan(scout?.facts ?? 0);
  });

  test('the same request gets the same answer', () => {
    for (const model of models) {
      const [first, second] = [0, 1].map(() => run(userItems(task), createFakeWorkspace(researchNotes), () => model));
      expect(first).toEqual(second);
    }
  });

  test('[stack:simulated-model:plain-research-agent] any model takes over from any other in mid-task', () => {
    for (let start = 0; start < models.length; start += 1) {
      const { answer } = run(
        userItems(task),
        createFakeWorkspace(researchNotes),
        (turn) => models[(start + turn) % models.length] ?? '',
      );
      expect(answer).toContain('.md');
    }
  });

  test.each(models)('%s makes another round for a message that arrives in mid-task, and answers both', (model) => {
    const workspace = createFakeWorkspace(researchNotes);
    const items: ConversationItem[] = userItems(task);
    run(items, workspace, () => model, { maxTurns: 2 });
    items.push(...userItems('Also check for papers on alignment'));
    const { answer, calls } = run(items, workspace, () => model);
    expect(calls.map((call) => call.args.query)).toContain('alignment');
    expect(answer).toContain('alignment.md');
    expect(answer).toContain('evals.md');
  });

  test('a message after the answer is a task of its own', () => {
    const workspace = createFakeWorkspace(researchNotes);
    const items: ConversationItem[] = userItems(task);
    run(items, workspace, () => 'sim-scout');
    items.push(...userItems('Also check for papers on alignment'));
    const { answer } = run(items, workspace, () => 'sim-scout');
    expect(answer).toContain('principles');
    expect(answer).not.toContain('autoencoders');
  });

  test('the cheap model sometimes sends an argument of a wrong type, and corrects it after the error', () => {
    const subjects = [
      'evaluations',
      'oversight',
      'interpretability',
      'alignment',
      'safety',
      'debate',
      'deception',
      'refusals',
    ];
    const runs = subjects.map((subject) =>
      run(
        [...userItems(`Summarize what the notes say on ${subject} in AI`)],
        createFakeWorkspace(researchNotes),
        () => 'sim-swift',
      ),
    );
    const wrong = runs.filter(({ calls }) => calls.some((call) => Array.isArray(call.args.query)));
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.length).toBeLessThan(runs.length);
    for (const { answer, calls } of wrong) {
      expect(calls.filter((call) => Array.isArray(call.args.query))).toHaveLength(1);
      expect(answer).toContain('.md');
    }
  });

  test.each(models)('%s says so when the workspace holds nothing about the task', (model) => {
    const { answer, calls } = run(
      [...userItems('What is the capital of Peru?')],
      createFakeWorkspace(researchNotes),
      () => model,
    );
    expect(answer).toMatch(/simulated model/);
    expect(calls.every((call) => call.name.endsWith('search') || call.name.endsWith('list'))).toBe(true);
  });

  test('a greeting is answered without tools', () => {
    const { answer, calls } = run([...userItems('Hello!')], createFakeWorkspace(researchNotes), () => 'sim-sage');
    expect(answer).toMatch(/simulated/);
    expect(calls).toEqual([]);
  });

  test('a model without tools answers directly', () => {
    const { answer, turns } = run(userItems(task), createFakeWorkspace({}), () => 'sim-sage', { tools: [] });
    expect(turns).toBe(1);
    expect(answer).toMatch(/no tool/);
  });

  test('a task that begins with "Remember that" is stored as a fact', () => {
    const workspace = createFakeWorkspace({});
    run([...userItems('Remember that the deadline is Friday')], workspace, () => 'sim-scout');
    expect(workspace.facts).toEqual(['the deadline is Friday']);
  });

  test.each(models)('%s answers from what its memory in the context says', (model) => {
    const context = '<context source="MEMORY">\n- the deadline is Friday\n- tea is green\n</context>';
    const { answer } = run([...userItems('When is the deadline?')], createFakeWorkspace({}), () => model, { context });
    expect(answer).toBe('From memory: the deadline is Friday');
  });

  test('a tool named in the task is called with the arguments the task gives', () => {
    const echo: OfferedTool = {
      name: 'echo',
      inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
    };
    const { calls } = run([...userItems('Call echo with "good day"')], createFakeWorkspace({}), () => 'sim-scout', {
      tools: [echo],
    });
    expect(calls).toEqual([{ name: 'echo', args: { message: 'good day' } }]);
  });

  test.each(models)('%s finishes although every tool fails', (model) => {
    const workspace = { ...createFakeWorkspace({}), call: () => ({ output: 'denied', isError: true }) };
    const { answer } = run(userItems(task), workspace, () => model);
    expect(answer).toContain('denied');
  });

  test.each([64, 256, 1024])('tool calls fit an output limit of %d tokens', (maxOutputTokens) => {
    const items: ConversationItem[] = userItems(task);
    run(items, createFakeWorkspace(researchNotes), () => 'sim-sage', { maxOutputTokens });
    const lengths = items
      .flatMap((item) => (item.kind === 'assistant' ? item.calls : []))
      .map((call) => JSON.stringify(call.args).length);
    expect(lengths).not.toEqual([]);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(Math.max(400, maxOutputTokens * 4));
  });
});
