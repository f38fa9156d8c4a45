import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { wireCasesSchema } from '../../fixtures/sdk/wire-case.ts';

const FOLDER = '../../wire-cases';
const file = new URL(`${FOLDER}/sdk-wire-cases.json`, import.meta.url);

test('[sdk:wire:both-withstand-every-case] the cases are well-formed, and each has a name of its own', () => {
  const { cases } = wireCasesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  expect(cases.length).toBeGreaterThanOrEqual(40);
  const names = cases.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('the schema beside the cases is that of the code; `vitest --update` writes it', async () => {
  const schema = z.toJSONSchema(wireCasesSchema, { io: 'input' });
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(`${FOLDER}/sdk-wire-cases.schema.json`);
});
