import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { packageDocs, pathInRepository } from './package-docs.ts';

/** `npm run sdk:docs`: writes what both packages say about themselves, out of docs/sdk.md, sdk/CHANGELOG.md and the OpenAPI document. */
for (const { path, text } of packageDocs()) {
  const file = pathInRepository(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
