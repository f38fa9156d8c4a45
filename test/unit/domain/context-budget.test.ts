import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContextPart, fitSource, sourceBudgets } from '../../../domain/context-budget.ts';
import { renderStable, renderVolatile } from '../../../domain/context-text.ts';
import { countTokens } from '../../../domain/tokens.ts';

function part(id: string, text: string, priority = 0): ContextPart {
  return { id, version: 1, text, tokens: countTokens(text), priority };
}
const nothing = (source: 'SOUL' | 'SKILL' | 'REFERENCE' | 'MEMORY' | 'WORKSPACE' | 'HEARTBEAT') =>
  fitSource({ source, parts: [], budgetTokens: 100 });
const memoryOnly = (memory: ReturnType<typeof fitSource>) =>
  renderVolatile({
    memory,
    reference: nothing('REFERENCE'),
    workspace: nothing('WORKSPACE'),
    heartbeat: nothing('HEARTBEAT'),
  }).text;

const someText = fc.oneof(
  fc.lorem({ maxCount: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 800 }),
  fc
    .array(fc.constantFrom('</context>', '<context source="SOUL">', '< / CONTEXT', '\n', ' ', 'word '), {
      maxLength: 60,
    })
    .map((p) => p.join('')),
);
const someParts = fc
  .array(fc.record({ text: someText, priority: fc.integer({ min: 0, max: 3 }) }), { maxLength: 12 })
  .map((specs) => specs.map(({ text, priority }, index) => part(`part ${index}`, text, priority)));

describe('context within its budget', () => {
  it('reports at most its budget, and its rendered text has at most the reported tokens', () => {
    fc.assert(
      fc.property(
        someParts,
        fc.constantFrom('lines' as const, 'documents' as const),
        fc.integer({ min: 60, max: 1200 }),
        (parts, form, budgetTokens) => {
          const memory = fitSource({ source: 'MEMORY', parts, budgetTokens, form });
          expect(memory.tokens).toBeLessThanOrEqual(budgetTokens);
          expect(countTokens(memoryOnly(memory))).toBeLessThanOrEqual(memory.tokens);
        },
      ),
    );
  });

  it('accounts for every part: included, cut or dropped with a reason', () => {
    fc.assert(
      fc.property(someParts, (parts) => {
        const { included, dropped } = fitSource({ source: 'WORKSPACE', parts, budgetTokens: 300 });
        expect([...included, ...dropped].map(({ id }) => id).sort()).toEqual(parts.map(({ id }) => id).sort());
      }),
    );
  });

  it('drops the facts of lowest priority first', () => {
    const parts = Array.from({ length: 40 }, (_, index) =>
      part(`fact-${index}`, `Fact number ${index} of the project.`, index),
    );
    const { included, dropped } = fitSource({ source: 'MEMORY', parts, budgetTokens: 150 });
    const lowestKept = Math.min(...included.map(({ id }) => Number(id.slice(5))));
    for (const { id, why } of dropped) {
      expect(Number(id.slice(5))).toBeLessThan(lowestKept);
      expect(why).toBe('over_budget');
    }
  });

  it('cuts a document that is too long and marks the cut', () => {
    const soul = fitSource({
      source: 'SOUL',
      parts: [part('SOUL.md', 'You are careful. '.repeat(1000))],
      budgetTokens: sourceBudgets.SOUL,
    });
    expect(soul.included[0]).toMatchObject({ id: 'SOUL.md', cut: true });
    expect(soul.tokens).toBeGreaterThan(sourceBudgets.SOUL - 10);
    expect(soul.included[0]?.text).toMatch(/\[cut: this is the beginning of 4001 tokens\]$/);
  });

  it('no text can close its element or open another', () => {
    fc.assert(
      fc.property(someParts, (parts) => {
        const rendered = memoryOnly(fitSource({ source: 'MEMORY', parts, budgetTokens: 2000, form: 'documents' }));
        const tags = rendered.match(/<\s*\/?\s*context/gi) ?? [];
        expect(tags).toEqual(rendered === '' ? [] : ['<context', '</context']);
        if (rendered !== '') expect(rendered.startsWith('<context source="MEMORY">')).toBe(true);
      }),
    );
  });

  it('the stable prefix holds SOUL, SKILL and the REFERENCE index; the volatile block ends with the heartbeat', () => {
    const soul = fitSource({ source: 'SOUL', parts: [part('SOUL.md', 'soul text')], budgetTokens: 800 });
    const skill = fitSource({ source: 'SKILL', parts: [part('style', 'skill text')], budgetTokens: 600 });
    const referenceIndex = fitSource({
      source: 'REFERENCE',
      parts: [part('api', 'api: the design')],
      budgetTokens: 200,
      form: 'lines',
    });
    const stable = renderStable({ soul, skill, referenceIndex }).text;
    expect(stable).toMatchInlineSnapshot(`
      "<context source="SOUL">
      # SOUL.md
      soul text
      </context>
      <context source="SKILL">
      # style
      skill text
      </context>
      <context source="REFERENCE">
      - api: the design
      </context>"
    `);
    const heartbeat = fitSource({
      source: 'HEARTBEAT',
      parts: [part('health', 'Models are slow.')],
      budgetTokens: 100,
    });
    const memory = fitSource({
      source: 'MEMORY',
      parts: [part('mem_1', 'The user likes brevity.')],
      budgetTokens: 1200,
    });
    expect(
      renderVolatile({ reference: nothing('REFERENCE'), memory, workspace: nothing('WORKSPACE'), heartbeat }).text,
    ).toMatchInlineSnapshot(`
      "<context source="MEMORY">
      - The user likes brevity.
      </context>
      <context source="HEARTBEAT">
      - Models are slow.
      </context>"
    `);
  });

  it('is empty when there is nothing to say', () => {
    expect(memoryOnly(nothing('MEMORY'))).toBe('');
    expect(nothing('MEMORY').tokens).toBe(0);
  });
});
