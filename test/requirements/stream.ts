import type { Requirement } from './requirement.ts';

export const stream: readonly Requirement[] = [
  {
    id: 'stream:types:all-ten-with-their-data',
    sentence: 'All ten event types occur, each with the data that the contract gives it.',
    where: 'Agent Runs, 4. SSE Event Types',
  },
  {
    id: 'stream:disconnect:run-goes-on',
    sentence: 'A client that disconnects does not stop its run.',
    where: 'docs/sessions.md, Reading it',
  },
  {
    id: 'stream:resume:same-log-from-any-event',
    sentence: 'The JSON list, and a stream that resumes after any event, show the same events as the live stream.',
    where: 'docs/sessions.md, Reading it',
  },
  {
    id: 'stream:slow-reader:dropped-at-bounded-cost',
    sentence: 'A client that reads slowly or never is dropped, costs bounded memory, delays nobody, and can resume.',
    where: 'docs/recovery.md, The network fails',
  },

  {
    id: 'delta:text:pieces-are-the-message',
    sentence:
      'A stream that asks for deltas gets the text of an answer while it is written; the pieces put together are the message.',
    where: 'docs/sessions.md, Text while it is written',
  },
  {
    id: 'delta:log:no-seq-and-only-on-request',
    sentence: 'Text deltas take no `seq`, and a stream that does not ask for them gets none.',
    where: 'docs/sessions.md, Text while it is written',
  },
  {
    id: 'delta:resume:mid-answer-at-any-api',
    sentence:
      'A stream resumes in the middle of an answer at any API process, and gets no outdated text after the answer is stored.',
    where: 'docs/sessions.md, Text while it is written',
  },
  {
    id: 'delta:attempt:later-one-announces-itself',
    sentence: 'A later attempt at an answer announces itself, so that no client shows a text twice.',
    where: 'docs/sessions.md, Text while it is written',
  },
  {
    id: 'delta:guardrail:same-as-over-the-whole',
    sentence: 'The text that deltas show is the beginning of what the rules leave of the whole answer.',
    where: 'docs/guardrails.md, While an answer is written',
  },
  {
    id: 'delta:guardrail:blocked-text-never-shown',
    sentence: 'A text delta shows nothing of what a blocking output rule withholds.',
    where: 'docs/sessions.md, Text while it is written',
  },
  {
    id: 'delta:storage:gone-with-its-answer',
    sentence:
      'Deltas are deleted when their answer is stored or given up, and are not written while nobody asks for them.',
    where: 'docs/sessions.md, Text while it is written',
  },

  {
    id: 'compaction:event:only-on-request-and-without-seq',
    sentence:
      'A summary is an event for streams and lists that ask for it; it takes no `seq`, and others do not get it.',
    where: 'docs/sessions.md, When turns are summarized',
  },
  {
    id: 'compaction:event:right-in-front-of-the-next',
    sentence:
      'A summary is shown once, behind the event that came last before it was stored, right in front of the next.',
    where: 'docs/sessions.md, When turns are summarized',
  },
  {
    id: 'compaction:event:resumes-at-any-frame',
    sentence:
      'A stream, and a list, that goes on behind any event or summary shows what follows, without gap or repetition.',
    where: 'docs/sessions.md, When turns are summarized',
  },
];
