import { Argument, type Command, Option } from 'commander';
import type { Approval } from '../../sdk/typescript/src/index.ts';
import type { Call, Does } from '../call.ts';
import { CliError } from '../cli-error.ts';
import { timeOf } from '../output/amounts.ts';
import { plainJson } from '../output/plain-text.ts';
import type { Column } from '../output/table.ts';
import { askPerson } from './ask-person.ts';
import { type ListFlags, printList, withLimit } from './list-options.ts';
import { givenOf, jsonObject } from './option-values.ts';

const COLUMNS: readonly Column<Approval>[] = [
  { header: 'ID', value: ({ id }) => id },
  { header: 'KIND', value: ({ kind }) => kind },
  { header: 'STATUS', value: ({ status }) => status },
  { header: 'AGENT', value: ({ agent_id }) => agent_id },
  { header: 'SESSION', value: ({ session_id }) => session_id },
  { header: 'EXPIRES', value: ({ expires_at }) => timeOf(expires_at) },
  { header: 'TOOL', value: ({ tool_name }) => tool_name },
  { header: 'ARGUMENTS', value: ({ args }) => plainJson(args) },
];

export function addApprovals(program: Command, does: Does): void {
  const approvals = program.command('approvals').description('what waits for a person');
  withLimit(approvals.command('list').description('what waits, newest first'))
    .option('--status <status>', 'pending, approved, denied, answered, expired, withdrawn', 'pending')
    .option('--kind <kind>', 'approval, effect_unknown or form')
    .option('--session <id>', 'only those of this session')
    .option('--agent <id>', 'only those of this agent')
    .action(
      does(async (call, flags: ListFlags & ApprovalFilter) => {
        const { status, kind, session, agent } = flags;
        const query = givenOf({ status, kind, session_id: session, agent_id: agent });
        return printList(call, flags, (limit) => call.client().approvals.list({ ...query, limit }), COLUMNS);
      }),
    );
  approvals
    .command('show')
    .description('everything that is known of one')
    .argument('<approval>')
    .action(
      does(async (call, id: string) => {
        await call.output.one(await call.client().approvals.get(id));
        return undefined;
      }),
    );
  addAnswers(approvals, does);
}

interface ApprovalFilter {
  readonly status: string;
  readonly kind?: string;
  readonly session?: string;
  readonly agent?: string;
}

function addAnswers(approvals: Command, does: Does): void {
  approvals
    .command('answer')
    .description('ask you what waits, one after the other')
    .argument('[approval]', 'only this one')
    .action(
      does(async (call, id: string | undefined) => {
        await askPerson(call, id);
        return undefined;
      }),
    );
  approvals
    .command('approve')
    .description('allow a tool call')
    .argument('<approval>')
    .addOption(new Option('--scope <scope>', 'what else is allowed by that').choices(['call', 'session', 'always']))
    .action(
      does(async (call, id: string, { scope }: { scope?: string }) => {
        await call.output.one(await call.client().approvals.approve(id, givenOf({ scope })));
        return undefined;
      }),
    );
  approvals
    .command('deny')
    .description('deny a tool call')
    .argument('<approval>')
    .option('-m, --message <text>', 'why; the model reads it')
    .action(
      does(async (call, id: string, { message }: { message?: string }) => {
        await call.output.one(await call.client().approvals.deny(id, givenOf({ deny_message: message })));
        return undefined;
      }),
    );
  approvals
    .command('resolve')
    .description('say what is to be done about a call of which nobody knows whether it took effect')
    .argument('<approval>')
    .addArgument(new Argument('<action>', 'what is done').choices(['retry', 'skip', 'result']))
    .option('--result <text>', 'what the model is given as the result')
    .action(
      does(async (call, id: string, action: string, { result }: { result?: string }) => {
        const { sessionId, tool_use_id } = await questionOf(call, id);
        const event = { type: 'user.effect_resolution', tool_use_id, action, ...givenOf({ result }) } as const;
        await call.output.one(await call.client().sessions.sendEvent(sessionId, event));
        return undefined;
      }),
    );
  approvals
    .command('respond')
    .description('answer what the server of a tool asks in the middle of a call')
    .argument('<approval>')
    .addArgument(new Argument('<action>', 'what is answered').choices(['accept', 'decline', 'cancel']))
    .option('--content <json>', 'the fields of the form', jsonObject('--content'))
    .action(
      does(async (call, id: string, action: string, { content }: { content?: Record<string, string> }) => {
        const { sessionId, tool_use_id } = await questionOf(call, id);
        const event = { type: 'user.form_response', tool_use_id, action, ...givenOf({ content }) } as const;
        await call.output.one(await call.client().sessions.sendEvent(sessionId, event));
        return undefined;
      }),
    );
}

async function questionOf(call: Call, id: string): Promise<{ sessionId: string; tool_use_id: string }> {
  const { session_id, tool_use_id } = await call.client().approvals.get(id);
  if (session_id === null) throw new CliError(`${id} is of no session.`);
  return { sessionId: session_id, tool_use_id };
}
