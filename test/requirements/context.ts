import type { Requirement } from './requirement.ts';

export const context: readonly Requirement[] = [
  {
    id: 'context:documents:earlier-versions',
    sentence: 'Of each document the ten versions before the present one can be read.',
    where: 'docs/context.md, Writing documents and facts',
  },
  {
    id: 'context:soul:never-below-its-budget',
    sentence: 'SOUL is in every prompt up to its budget, and says at its end where it was cut.',
    where: 'docs/context.md, SOUL',
  },
  {
    id: 'context:memory:ranked-by-what-it-is-for',
    sentence:
      'MEMORY holds rules first, then pinned facts, the newest of the session, facts that concern the conversation, the archive, and recent ones.',
    where: 'docs/context.md, MEMORY',
  },
  {
    id: 'context:memory:repeats-are-one-fact',
    sentence: 'Facts that differ only in case, blanks and punctuation are one fact.',
    where: 'docs/context.md, MEMORY',
  },
  {
    id: 'context:memory:found-however-large',
    sentence: 'A fact is found by the words of the conversation, however many others there are.',
    where: 'docs/context.md, MEMORY',
  },
  {
    id: 'context:memory:searched-in-its-language',
    sentence: 'Facts and documents are searched in the language that the tenant has chosen.',
    where: 'docs/context.md, MEMORY',
  },
  {
    id: 'context:memory:blank-facts-refused',
    sentence: 'A fact without any visible character is refused, and facts of marks alone are compared by their marks.',
    where: 'docs/context.md, Writing documents and facts',
  },
  {
    id: 'context:memory:found-by-meaning',
    sentence:
      'Where there is an embedding model, a fact is found that has no word of the message and a similar meaning.',
    where: 'docs/context.md, Search by meaning',
  },
  {
    id: 'context:memory:made-in-the-background',
    sentence: 'A worker gives every fact its vector after it was noted, in batches.',
    where: 'docs/context.md, Search by meaning',
  },
  {
    id: 'context:memory:vectors-follow-facts',
    sentence: 'A vector belongs to the present text of its fact, and is lost with it.',
    where: 'docs/context.md, Search by meaning',
  },
  {
    id: 'context:memory:models-are-not-mixed',
    sentence: 'Vectors of different models are never compared. After a change of the model they are made anew.',
    where: 'docs/context.md, Search by meaning',
  },
  {
    id: 'context:memory:words-without-the-extension',
    sentence: 'Without the extension "vector" memory is searched by words alone, and nothing else changes.',
    where: 'docs/context.md, Search by meaning',
  },
  {
    id: 'context:memory:end-point-away-harms-nothing',
    sentence: 'An embeddings end point that is away stops no message and no turn, and loses no fact.',
    where: 'docs/context.md, Search by meaning',
  },
  {
    id: 'context:tokens:as-the-model-counts',
    sentence: 'The budgets of the sources are in tokens as the models of the run count them.',
    where: 'docs/context.md, How tokens are counted',
  },
  {
    id: 'context:skill:learned-is-used-next-turn',
    sentence: 'A pattern that the agent learned on one turn is in the prompt of the next, and of later sessions.',
    where: 'docs/context.md, SKILL',
  },
  {
    id: 'context:workspace:named-and-touched-first',
    sentence: 'WORKSPACE begins with files that the latest message names, then those that the session touched.',
    where: 'docs/context.md, WORKSPACE',
  },
  {
    id: 'context:reference:relevant-passage',
    sentence: 'REFERENCE shows the documents, and of long ones the passages, that concern the conversation.',
    where: 'docs/context.md, REFERENCE',
  },
  {
    id: 'context:manifest:says-what-was-read',
    sentence: 'The manifest of a turn shows every part of its context with its text, version, tokens and reason.',
    where: 'docs/context.md, Reading what a turn read',
  },
  {
    id: 'context:manifest:difference-between-turns',
    sentence: 'The contexts of two turns are compared part by part, with unified diffs.',
    where: 'docs/context.md, Reading what a turn read',
  },
  {
    id: 'context:preview:what-would-be-read',
    sentence: 'The preview shows what the next turn of an agent or a session would read.',
    where: 'docs/context.md, Reading what a turn read',
  },
  {
    id: 'context:heartbeat:only-what-the-run-uses',
    sentence: 'HEARTBEAT speaks only of models, servers and money that the run itself uses.',
    where: 'docs/context.md, HEARTBEAT',
  },
  {
    id: 'context:memory:rules-are-of-people',
    sentence: 'A model notes no fact in the block `system`, unless the tenant lets models write rules for agents.',
    where: 'docs/context.md, MEMORY',
  },
];
