import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PYTHON_OF_PAGE, TYPESCRIPT_OF_PAGE } from '../../support/packed-sdks/page-examples.ts';
import { packageDocs, pathInRepository } from '../../support/sdk-docs/package-docs.ts';

const read = (path: string) => readFileSync(pathInRepository(path), 'utf8');
const found = (path: string, pattern: RegExp) => pattern.exec(read(path))?.[1];

test('[sdk:package:versions-move-together] all places that name the version of the SDKs name the same', () => {
  const { version } = JSON.parse(read('sdk/typescript/package.json'));
  expect({
    userAgentOfTypescript: found('sdk/typescript/src/version.ts', /VERSION = '(.+)'/),
    python: found('sdk/python/src/brainstormrouter/_version.py', /__version__ = "(.+)"/),
    changelog: found('sdk/CHANGELOG.md', /^## (\S+)$/m),
    examples: JSON.parse(read('examples/typescript/package.json')).dependencies.brainstormrouter,
    lock: JSON.parse(read('package-lock.json')).packages['sdk/typescript'].version,
  }).toEqual({
    userAgentOfTypescript: version,
    python: version,
    changelog: version,
    examples: version,
    lock: version,
  });
});

test('[sdk:package:docs-inside] the docs inside the packages are what `npm run sdk:docs` writes', () => {
  for (const { path, text } of packageDocs()) expect([path, read(path)]).toEqual([path, text]);
});

test('[sdk:page:examples-run] README shows the examples of the product page', () => {
  const readme = read('README.md');
  expect(readme).toContain(TYPESCRIPT_OF_PAGE);
  expect(readme).toContain(PYTHON_OF_PAGE);
});
