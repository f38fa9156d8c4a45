import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sessionCountSchema } from '../../../contract/session-filter.ts';
import { whySchema } from '../../../contract/why.ts';
import { whyRunning } from '../../../service/sessions/why/running.ts';
import { answerOf } from '../../../service/sessions/why/why-session.ts';
import { ago, agoMs, NOW, open, standing, turn, view } from './why-facts.ts';

/** The JSON of a page of the documentation, in which every sample is a whole answer. */
function samplesOf(page: string): unknown[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json = '']) => JSON.parse(json) as unknown);
}

test('[session:why:true-in-every-state] the answer that docs/why.md shows is the one that such a session gets', () => {
  const lastTurn = { ...turn, waits: { for: 'model_up', since: ago(3_000), look: ago(-2_000) } } as const;
  const facts = {
    session: view,
    standing: { ...standing, lastTurn },
    outages: [
      {
        ...{ provider: 'openai', model: '', connection: null, type: 'model.rate_limited' },
        message: 'The provider allows no more requests now.',
        until: agoMs(-30_000),
      },
    ],
    providerIds: new Map([['openai', 'prov_1']]),
    workflow: open(),
    polled: undefined,
  };
  expect(facts.standing.now).toEqual(NOW);
  const answer = whySchema.parse(answerOf(facts, whyRunning(facts)));
  expect(samplesOf('why.md')).toEqual([JSON.parse(JSON.stringify(answer))]);
});

test('[session:finding:each-filter-and-all-together] the answer that docs/finding.md shows is one that the route gives', () => {
  const samples = samplesOf('finding.md');
  expect(samples).toHaveLength(1);
  for (const sample of samples) expect(sessionCountSchema.parse(sample)).toEqual(sample);
});
