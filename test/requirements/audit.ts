import type { Requirement } from './requirement.ts';

export const audit: readonly Requirement[] = [
  {
    id: 'tool:audit:each-step-once',
    sentence:
      'The audit has each decision about a tool call, each dispatch, each outcome and each change of tools once, whatever is killed, and holds no arguments.',
    where: 'docs/audit.md, What is noted',
  },
  {
    id: 'tool:audit:append-only',
    sentence: 'No role of the services can change or delete an entry of the audit, or choose its time.',
    where: 'docs/audit.md, The chain',
  },
  {
    id: 'tool:audit:chain-shows-tampering',
    sentence:
      'The check of the chain finds an entry that was changed, removed, moved, slipped in or taken from another tenant, also at the end.',
    where: 'docs/audit.md, Checking it',
  },
  {
    id: 'tool:direct-call:same-checks',
    sentence:
      'POST /v1/mcp/tools/call goes through the checks of a call of a session, and says with a code of its own what stopped it.',
    where: 'docs/direct-calls.md, What may happen',
  },
  {
    id: 'tool:direct-call:once-per-key',
    sentence:
      'A direct call that is sent again with its Idempotency-Key is given the stored outcome, and takes effect at most once, whatever is killed.',
    where: 'docs/direct-calls.md, Sending it again',
  },
];
