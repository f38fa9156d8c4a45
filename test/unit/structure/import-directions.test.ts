import { expect, test } from 'vitest';
import { resolved, type SourceFile, sourceFiles } from './source-files.ts';

const files = sourceFiles();

/** What a folder may use at run time, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  domain: [],
  processes: ['contract'],
  temporal: [],
  workflows: ['domain', 'temporal'],
  db: [],
  models: ['domain', 'processes'],
  mcp: ['domain', 'db', 'processes'],
  activities: ['domain', 'db', 'mcp', 'models', 'processes'],
  worker: ['activities', 'domain', 'db', 'mcp', 'models', 'processes', 'temporal'],
  service: ['contract', 'domain', 'db', 'mcp', 'models', 'processes'],
  api: ['contract', 'db', 'domain', 'mcp', 'models', 'processes', 'service', 'temporal'],
  simulated: ['domain', 'models'],
  stack: ['contract', 'db', 'processes', 'service'],
  cli: ['contract', 'service'],
};

/** What it may take types of, besides. Types cross more borders: they leave nothing behind. */
const MAY_IMPORT_TYPES: Readonly<Record<string, readonly string[]>> = {
  workflows: ['activities', 'contract'],
  activities: ['contract'],
  worker: ['contract'],
  db: ['contract', 'domain', 'mcp', 'models'],
  models: ['contract'],
  processes: ['models'],
  temporal: ['processes'],
  service: ['temporal'],
};

/** What pulls in I/O, a clock or another runtime. */
const MAY_USE_PACKAGES: Readonly<Record<string, RegExp>> = {
  contract: /^zod$/,
  domain: /^(ajv|ajv-formats|gpt-tokenizer|re2js|@secretlint\/.*)(\/.*)?$/,
  workflows: /^@temporalio\/(workflow|common)$/,
};

test('[S1] a folder imports only the folders below it', () => {
  const wrong = files.flatMap((file) =>
    relativeImports(file).flatMap(({ specifier, typeOnly, target }) => {
      const allowed = MAY_IMPORT[file.folder];
      const to = target.split('/')[0] ?? '';
      if (allowed === undefined || to === file.folder || allowed.includes(to)) return [];
      if (typeOnly && MAY_IMPORT_TYPES[file.folder]?.includes(to)) return [];
      return [`${file.path} imports ${specifier}${typeOnly ? ' (types)' : ''}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test('[S1] contract, domain and workflows use no package that does I/O', () => {
  const wrong = files.flatMap((file) => {
    const allowed = MAY_USE_PACKAGES[file.folder];
    if (allowed === undefined) return [];
    return file.imports
      .filter(({ specifier }) => !specifier.startsWith('.') && !allowed.test(specifier))
      .map(({ specifier }) => `${file.path} imports ${specifier}`);
  });
  expect(wrong).toEqual([]);
});

test('[R2] [I8] only db/ speaks to Postgres, so that nothing passes the roles by', () => {
  // stack/ makes the database that is migrated afterwards.
  const speaks = files.filter(
    (file) =>
      !['db', 'stack', 'bench', 'test'].includes(file.folder) &&
      file.imports.some(({ specifier }) => specifier === 'pg'),
  );
  expect(speaks.map((file) => file.path)).toEqual([]);
});

test('[S1] decisions in domain/ read no clock and draw no randomness of their own', () => {
  const impure =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bset(Timeout|Interval)\(|\bfetch\(/;
  expect(files.filter((file) => file.folder === 'domain' && impure.test(file.text)).map((file) => file.path)).toEqual(
    [],
  );
});

test('[S1] no files import each other in a circle', () => {
  const edges = new Map(
    files.map((file) => [
      file.path,
      relativeImports(file)
        .filter(({ typeOnly }) => !typeOnly)
        .map(({ target }) => target),
    ]),
  );
  expect(circleIn(edges)).toBeUndefined();
});

test('[S1] product code imports nothing of test/ or bench/', () => {
  const wrong = files
    .filter((file) => file.folder !== 'test' && file.folder !== 'bench')
    .flatMap((file) =>
      relativeImports(file)
        .filter(({ target }) => target.startsWith('test/') || target.startsWith('bench/'))
        .map(({ specifier }) => `${file.path} imports ${specifier}`),
    );
  expect(wrong).toEqual([]);
});

function relativeImports(file: SourceFile) {
  return file.imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map((each) => ({ ...each, target: resolved(file, each.specifier) }));
}

/** The first circle met by a depth-first walk. */
function circleIn(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (node: string): string[] | undefined => {
    if (done.has(node)) return undefined;
    const from = trail.indexOf(node);
    if (from >= 0) return [...trail.slice(from), node];
    trail.push(node);
    for (const next of edges.get(node) ?? []) {
      const circle = visit(next);
      if (circle !== undefined) return circle;
    }
    trail.pop();
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const circle = visit(node);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
