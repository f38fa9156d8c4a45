import { expect, test } from 'vitest';
import { createProviderCatalog } from '../../../models/catalog.ts';
import { providerKinds } from '../../../models/kinds/kinds.ts';
import { simulatedModels } from '../../../models/kinds/simulated.ts';

const catalog = createProviderCatalog({ now: () => Date.parse('2026-11-01T00:00:00Z') });

test.each(['anthropic', 'openai', 'google'])(
  'every default model of %s has a price and fits its own context window',
  (kind) => {
    const models = catalog.modelsOfProvider({ kind, name: 'mine' });
    expect(models.map(({ model }) => model)).toEqual(catalog.find(kind)?.knownModels.map(({ id }) => id));
    for (const model of models) {
      expect(model.provider).toBe('mine');
      expect(model.baseUrl).toBe(catalog.find(kind)?.publicBaseUrl);
      expect(model.capabilities).toContain('tools');
      expect(model.maxOutputTokens).toBeLessThan(model.contextWindow);
      expect(model.rates.outputNanoPerMtok).toBeGreaterThan(0n);
    }
  },
);

test('the simulated models are found at their own protocol and address', () => {
  const models = catalog.modelsOfProvider({ kind: 'simulated', name: 'simulated', baseUrl: 'http://127.0.0.1:9' });
  expect(models.map(({ model, protocol }) => [model, protocol])).toEqual(
    simulatedModels.map(({ id, protocol }) => [id, protocol]),
  );
  expect(new Set(models.map(({ baseUrl }) => baseUrl)).size).toBeGreaterThan(1);
  expect(catalog.modelsOfProvider({ kind: 'simulated', name: 'simulated' })).toEqual([]);
});

test('an OpenAI-compatible endpoint offers exactly the models that were registered with a price', () => {
  const priced = { id: 'local', input_usd_per_mtok: 0.2, output_usd_per_mtok: 0.4, context_window: 8_000 };
  const row = {
    kind: 'openai-compatible',
    name: 'box',
    baseUrl: 'http://box:1/v1',
    models: [priced, { id: 'unpriced' }],
  };
  expect(catalog.modelsOfProvider(row)).toMatchObject([
    { provider: 'box', model: 'local', protocol: 'openai-chat', baseUrl: 'http://box:1/v1', contextWindow: 8_000 },
  ]);
});

test.each([
  [undefined, 8_192],
  [8_000, 2_000],
  [128_000, 8_192],
])(
  'a model with a context window of %j and no word on its answers is asked for %i tokens at most',
  (window, tokens) => {
    const model = { id: 'local', input_usd_per_mtok: 1, output_usd_per_mtok: 1, context_window: window };
    const row = { kind: 'openai-compatible', name: 'box', baseUrl: 'http://box:1/v1', models: [model] };
    expect(catalog.modelsOfProvider(row)[0]?.maxOutputTokens).toBe(tokens);
  },
);

test('models registered for a public provider replace its defaults, and have the listed price if none is given', () => {
  const models = [{ id: 'gpt-4.1-mini' }, { id: 'gpt-5-mini', input_usd_per_mtok: 9, output_usd_per_mtok: 9 }];
  const specs = catalog.modelsOfProvider({ kind: 'openai', name: 'openai', models });
  expect(specs.map(({ model, rates }) => [model, rates.inputNanoPerMtok])).toEqual([
    ['gpt-4.1-mini', 400_000_000n],
    ['gpt-5-mini', 9_000_000_000n],
  ]);
  expect(specs[1]?.contextWindow).toBe(400_000);
});

test('an unknown kind of provider offers no models', () => {
  expect(catalog.find('nope')).toBeUndefined();
  expect(catalog.modelsOfProvider({ kind: 'nope', name: 'x' })).toEqual([]);
});

test('a kind has models of its own or takes those of a registration, and each kind has a name of its own', () => {
  for (const kind of providerKinds) {
    expect(kind.knownModels.length === 0).toBe(kind.offers === 'registered');
    expect(catalog.find(kind.name)).toBe(kind);
  }
});

test('a price of the table is kept for an hour and then looked up again, since prices change by date', () => {
  let nowMs = Date.parse('2026-11-01T00:00:00Z');
  const { modelsOfProvider } = createProviderCatalog({ now: () => nowMs });
  const ratesOf = () => modelsOfProvider({ kind: 'openai', name: 'openai' })[0]?.rates;
  const first = ratesOf();
  nowMs += 3_599_000;
  expect(ratesOf()).toBe(first);
  nowMs += 2_000;
  expect(ratesOf()).not.toBe(first);
  expect(ratesOf()).toEqual(first);
});
