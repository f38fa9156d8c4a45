import type { Requirement } from './requirement.ts';

export const guardrail: readonly Requirement[] = [
  {
    id: 'guardrail:secret:redacted-before-model-and-log',
    sentence: 'A secret in a message is replaced before a model or the log sees it.',
    where: 'docs/sessions.md, The event log',
  },
  {
    id: 'guardrail:phrase:answer-withheld',
    sentence: 'An answer that contains a blocked phrase is withheld, and its tool calls do not run.',
    where: 'docs/guardrails.md, Where texts are guarded',
  },
  {
    id: 'guardrail:phrase:no-spelling-hides-it',
    sentence:
      'A blocked phrase is found however it is written: in other characters, with invisible ones, spelled out, marked up or escaped.',
    where: 'docs/guardrails.md, How a text is read',
  },
  {
    id: 'guardrail:phrase:whole-words',
    sentence: 'A blocked phrase is found as words of its own, unless a rule says otherwise.',
    where: 'docs/guardrails.md, How a text is read',
  },
  {
    id: 'guardrail:secret:keys-and-no-names',
    sentence: 'Keys of the known kinds are found, and names, versions, hashes and stand-ins of documentation are not.',
    where: 'docs/guardrails.md, What is built in',
  },
  {
    id: 'guardrail:secret:named-values',
    sentence:
      'The values of names that secrets have are found: in headers, JSON, environments, commands, cookies, connection strings and queries of addresses.',
    where: 'docs/guardrails.md, What is built in',
  },
  {
    id: 'guardrail:personal-data:checked-not-guessed',
    sentence: 'Personal data counts when its checksum, its numbering plan or its form holds.',
    where: 'docs/guardrails.md, What is built in',
  },
  {
    id: 'guardrail:answer:one-more-chance',
    sentence:
      'After a withheld answer the model is told why and may answer once more; then the run ends or waits as ever.',
    where: 'docs/guardrails.md, When an answer is withheld',
  },
  {
    id: 'guardrail:rules:ordered-and-layered',
    sentence: 'Rules are applied in order; an agent has those of its tenant and its own, and replaces one by its id.',
    where: 'docs/guardrails.md, Rules',
  },
  {
    id: 'guardrail:args:all-that-leaves-the-model',
    sentence: 'The names and arguments of tool calls pass the rules for answers, over all their keys and values.',
    where: 'docs/guardrails.md, Where texts are guarded',
  },
  {
    id: 'guardrail:canary:kept-nowhere',
    sentence: 'What a rule blocks is kept nowhere, and no request to a model, event, log or history has it.',
    where: 'docs/guardrails.md, Where texts are guarded',
  },
  {
    id: 'guardrail:provider:asked-before-it-is-stored',
    sentence:
      'An external provider judges messages, answers, arguments and results before they are stored, also those of bundled tools and answers cut short, and fails open or closed by choice.',
    where: 'docs/guardrails.md, External providers',
  },
  {
    id: 'guardrail:injection:reported-by-kind',
    sentence: 'Attempts to take over an agent are found by kind, in several languages, hidden letters and base64.',
    where: 'docs/guardrails.md, What is built in',
  },
];
