import { beforeAll, describe, expect, test } from 'vitest';
import { type Played, playCases } from '../../fixtures/sdk/play-cases.ts';
import { sdkCommand } from '../../fixtures/sdk/sdk-command.ts';
import { LANGUAGES, type Language } from '../../fixtures/sdk/wire-case.ts';
import { readWireCases } from '../../fixtures/sdk/wire-cases.ts';

const cases = readWireCases();
const played = new Map<Language, Played>();

beforeAll(async () => {
  // Most of the time is waiting, so the languages play side by side.
  await Promise.all(
    LANGUAGES.map(async (language) => {
      played.set(language, await playCases(language, await sdkCommand(language), cases));
    }),
  );
});

describe.each(LANGUAGES)('%s', (language) => {
  const those = cases.filter(({ only }) => only?.includes(language) ?? true);

  test.each(those)('[sdk:wire:both-withstand-every-case] $name: $guarantee', ({ name }) => {
    expect(played.get(language)?.differences.get(name)).toEqual([]);
  });

  test('[sdk:wire:no-error-unhandled] no error is left that nobody handled', () => {
    expect(played.get(language)?.unhandled).toEqual([]);
  });
});
