import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assembleContext } from '../../../domain/context-assembly.ts';
import type { ContextInputs, RankedDocument } from '../../../domain/context-inputs.ts';
import { sourceViews } from '../../../domain/context-view.ts';
import { countTokens } from '../../../domain/tokens.ts';

const document = (name: string, content: string) => ({ name, version: 1, tokens: countTokens(content), content });
const body = (name: string, content: string, words: string[] = []): RankedDocument<'relevant' | 'by_name'> => ({
  ...document(name, content),
  why: words.length > 0 ? 'relevant' : 'by_name',
  words,
});
const inputs = (given: Partial<ContextInputs> = {}): ContextInputs => ({
  agent: { agentId: 'a1', displayName: 'Ada', department: null, role: 'agent' },
  soul: [],
  skills: [],
  learned: [],
  references: { index: [], unlisted: 0, bodies: [] },
  workspace: [],
  memory: { entries: [], unread: 0, search: 'words' },
  startedAt: null,
  warnings: [],
  tokenRatio: 1,
  ...given,
});
const sourceOf = (given: Partial<ContextInputs>, source: string, part?: string) => {
  const context = assembleContext(inputs(given));
  const views = sourceViews(context.sources, context, given.tokenRatio ?? 1);
  const view = views.find((each) => each.source === source && (part === undefined || each.part === part));
  if (view === undefined) throw new Error(`There is no ${source}.`);
  return view;
};
const prose = 'The quick brown fox jumps over the lazy dog near the river bank. ';

describe('[context:soul:never-below-its-budget] SOUL', () => {
  test.each([
    ['prose', prose.repeat(400)],
    ['blanks and a drawing', `${'|'.padEnd(90)}|\n`.repeat(3_000)],
    ['one word', 'x'.repeat(40_000)],
    ['Japanese', '会議は月曜に東京で開かれます。'.repeat(800)],
  ])('that is too long fills its budget, and its end says so: %s', (_, content) => {
    const soul = sourceOf({ soul: [document('SOUL.md', content)] }, 'SOUL');
    expect(soul.tokens).toBeGreaterThan(760);
    expect(soul.tokens).toBeLessThanOrEqual(800);
    expect(soul.included[0]).toMatchObject({ cut: true, wholeTokens: countTokens(content) });
    expect(soul.included[0]?.text).toMatch(/\[cut: this is the beginning of \d+ tokens\]$/);
  });

  test('that is within its budget is whole, however much everything else has to say', () => {
    const content = prose.repeat(50);
    const rest = { workspace: [{ ...document('w', prose.repeat(500)), why: 'recent' as const, words: [] }] };
    expect(sourceOf({ soul: [document('SOUL.md', content)], ...rest }, 'SOUL').included[0]?.text).toBe(
      `# SOUL.md\n${content}`,
    );
  });
});

test('[context:skill:learned-is-used-next-turn] what was learned last is in SKILL behind domain documents that fill it', () => {
  const skill = sourceOf(
    {
      skills: [document('domain', prose.repeat(200))],
      learned: [document('learned/newest', 'Always check the queen first.'), document('learned/old', prose.repeat(30))],
    },
    'SKILL',
  );
  expect(skill.included.map(({ id, cut }) => [id, cut])).toEqual([
    ['domain', true],
    ['learned/newest', undefined],
  ]);
  expect(skill.tokens).toBeLessThanOrEqual(600);
  expect(skill.dropped).toMatchObject([{ id: 'learned/old', why: 'over_budget' }]);
});

test('[context:reference:relevant-passage] a long REFERENCE document shows the passage that concerns the conversation', () => {
  const long = `# Guide\n\n${prose.repeat(100)}\n\n## Swarms\n\nA swarm of bees is caught with a box.\n\n${prose.repeat(100)}`;
  const reference = sourceOf(
    { references: { index: [], unlisted: 0, bodies: [body('guide', long, ['swarm', 'bee'])] } },
    'REFERENCE',
    'bodies',
  );
  expect(reference.included[0]?.text).toMatch(/^# guide\n\[…\]\n## Swarms\n\nA swarm of bees/);
  expect(reference.included[0]).toMatchObject({ why: 'relevant', cut: true });
  expect(reference.tokens).toBeLessThanOrEqual(800);
});

const someText = fc.oneof(fc.lorem({ maxCount: 400 }), fc.string({ unit: 'grapheme', maxLength: 600 }));
const someDocuments = fc
  .array(someText, { maxLength: 6 })
  .map((texts) => texts.map((text, index) => document(`d${index}`, text)));

test('[context:manifest:says-what-was-read] every part of the manifest is in the prompt word by word, and no source is over its budget as the model counts', () => {
  fc.assert(
    fc.property(
      fc.record({ soul: someDocuments, skills: someDocuments, learned: someDocuments, bodies: someDocuments }),
      fc.array(someText, { maxLength: 8 }),
      fc.constantFrom(0.7, 1, 1.25, 2),
      ({ bodies, ...documents }, facts, tokenRatio) => {
        const context = assembleContext(
          inputs({
            ...documents,
            references: { index: bodies, unlisted: 0, bodies: bodies.map((each) => body(each.name, each.content)) },
            memory: {
              entries: facts.map((fact, index) => ({
                id: `m${index}`,
                block: 'general',
                fact,
                tokens: countTokens(fact),
                pinned: false,
                updatedAt: new Date(index),
                score: null,
                closeness: null,
                key: null,
              })),
              unread: 0,
              search: 'words',
            },
            tokenRatio,
          }),
        );
        for (const { source, tokens, budgetTokens, included } of sourceViews(context.sources, context, tokenRatio)) {
          expect(tokens).toBeLessThanOrEqual(budgetTokens);
          for (const { id, text = '' } of included) {
            expect(text.startsWith(source === 'MEMORY' || text.startsWith('- ') ? '- ' : `# ${id}`)).toBe(true);
            expect(`${context.system}${context.volatile}`).toContain(text);
          }
        }
        expect(countTokens(context.system) + countTokens(context.volatile)).toBeLessThanOrEqual(context.tokens);
      },
    ),
    { seed: 11, numRuns: 40 },
  );
});
