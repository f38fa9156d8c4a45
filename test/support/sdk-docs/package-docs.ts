import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { apiPage } from './api-page.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A file of a package that is made of others. */
export interface PackageDoc {
  /** From the repository root. */
  readonly path: string;
  readonly text: string;
}

/** The docs inside the packages, which `npm run sdk:docs` writes. */
export function packageDocs(): PackageDoc[] {
  const guide = withoutLinksOut(readFileSync(`${ROOT}docs/sdk.md`, 'utf8'));
  const changes = readFileSync(`${ROOT}sdk/CHANGELOG.md`, 'utf8');
  const license = readFileSync(`${ROOT}LICENSE`, 'utf8');
  return (['typescript', 'python'] as const).flatMap((language) => [
    { path: `sdk/${language}/docs/api.md`, text: apiPage(language) },
    { path: `sdk/${language}/docs/sdk.md`, text: guide },
    { path: `sdk/${language}/CHANGELOG.md`, text: changes },
    { path: `sdk/${language}/LICENSE`, text: license },
  ]);
}

/** Inside a package, other pages of the repository are not there. */
function withoutLinksOut(page: string): string {
  return page.replaceAll(/\[([^\]]+)\]\((?!https?:|#)[^)]+\)/g, '$1');
}

export function pathInRepository(path: string): string {
  return `${ROOT}${path}`;
}
