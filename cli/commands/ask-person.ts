import { note, select, text } from '@clack/prompts';
import type { Approval } from '../../sdk/typescript/src/index.ts';
import { answered, type Call } from '../call.ts';
import { usageError } from '../cli-error.ts';
import { plainJson, plainText } from '../output/plain-text.ts';

const ANSWERS = {
  allow: 'Allow this call',
  session: 'Allow it, and later calls of this tool in this session',
  deny: 'Deny it',
  later: 'Leave it',
} as const;

/** Asks the person at the terminal about each tool call that waits for an approval. @param only the id of one */
export async function askPerson(call: Call, only: string | undefined): Promise<void> {
  if (!call.isInteractive) {
    throw usageError('There is no terminal to ask at. Use "agent-runs approvals approve" or "deny", with an id.');
  }
  const { approvals } = call.client();
  const waiting =
    only === undefined ? approvals.list({ status: 'pending', kind: 'approval' }) : [await approvals.get(only)];
  let count = 0;
  for await (const approval of waiting) {
    count += 1;
    await ask(call, approval);
  }
  if (count === 0) call.say('nothing waits for an approval');
}

async function ask(call: Call, approval: Approval): Promise<void> {
  const { approvals } = call.client();
  const io = { input: call.io.stdin, output: call.io.stderr };
  const facts = [
    `${approval.tool_name} (${approval.effect}) for ${approval.agent_id ?? 'a direct call'}`,
    plainJson(approval.args, 2),
    `asked by rule ${approval.rule}, until ${approval.expires_at}`,
  ];
  note(plainText(facts.join('\n')), approval.id, io);
  if (approval.kind !== 'approval' || approval.status !== 'pending') {
    throw usageError(
      `${approval.id} is ${approval.status} and of kind ${approval.kind}; "approvals resolve" answers effect_unknown, "approvals respond" a form.`,
    );
  }
  const options = Object.entries(ANSWERS).map(([value, label]) => ({ value, label }));
  switch (answered(await select({ message: 'What shall become of it?', options, ...io }))) {
    case 'allow':
      return call.output.one(await approvals.approve(approval.id, {}));
    case 'session':
      return call.output.one(await approvals.approve(approval.id, { scope: 'session' }));
    case 'deny': {
      const why = answered(await text({ message: 'Why? The model reads it.', defaultValue: '', ...io }));
      return call.output.one(await approvals.deny(approval.id, why === '' ? {} : { deny_message: why }));
    }
    default:
      return undefined;
  }
}
