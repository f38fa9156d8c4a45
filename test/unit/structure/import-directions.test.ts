import { expect, test } from 'vitest';
import { resolved, type SourceFile, sourceFiles } from './source-files.ts';
import { readWalls } from './walls.ts';

const files = sourceFiles();

const walls = readWalls();

/** The only packages for folders that must not pull in I/O, a clock or another runtime. */
const MAY_USE_PACKAGES: Readonly<Record<string, RegExp>> = {
  contract: /^zod$/,
  domain:
    /^(ajv|ajv-formats|card-validator|confusables|diff|gpt-tokenizer|ibantools|ipaddr\.js|libphonenumber-js|lru-cache|re2js|unhomoglyph|@secretlint\/.*)(\/.*)?$/,
  workflows: /^@temporalio\/(workflow|common)$/,
};

test('[code:imports:one-way-and-no-circle] a folder imports only what the table of folders in README allows it', () => {
  const wrong = files.flatMap((file) =>
    relativeImports(file).flatMap(({ specifier, typeOnly, target }) => {
      const wall = walls.get(file.folder);
      const to = target.split('/')[0] ?? '';
      if (wall === undefined || to === file.folder || wall.imports.includes(to)) return [];
      if (typeOnly && wall.types.includes(to)) return [];
      return [`${file.path} imports ${specifier}${typeOnly ? ' (types)' : ''}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test('[code:imports:one-way-and-no-circle] the table of folders in README allows nothing that no file needs', () => {
  const used = new Map([...walls.keys()].map((folder) => [folder, { imports: new Set<string>(), types: new Set() }]));
  for (const file of files) {
    for (const { typeOnly, target } of relativeImports(file)) {
      const to = target.split('/')[0] ?? '';
      used.get(file.folder)?.[typeOnly ? 'types' : 'imports'].add(to);
    }
  }
  const idle = [...walls].flatMap(([folder, wall]) => [
    ...wall.imports.filter((to) => !used.get(folder)?.imports.has(to)).map((to) => `${folder} imports ${to}`),
    ...wall.types.filter((to) => !used.get(folder)?.types.has(to)).map((to) => `${folder} takes types of ${to}`),
  ]);
  expect(idle).toEqual([]);
});

test('[code:imports:one-way-and-no-circle] every folder with code of ours has a row in the table of folders in README', () => {
  const folders = new Set(files.map((file) => file.folder).filter((folder) => folder !== ''));
  expect([...folders].filter((folder) => !walls.has(folder) && folder !== 'bench' && folder !== 'test')).toEqual([]);
});

test('[code:imports:one-way-and-no-circle] contract, domain and workflows use no package that does I/O', () => {
  const wrong = files.flatMap((file) => {
    const allowed = MAY_USE_PACKAGES[file.folder];
    if (allowed === undefined) return [];
    return file.imports
      .filter(({ specifier }) => !specifier.startsWith('.') && !allowed.test(specifier))
      .map(({ specifier }) => `${file.path} imports ${specifier}`);
  });
  expect(wrong).toEqual([]);
});

test('[tenant:roles:own-and-bypass-nothing] [I8] only db/ speaks to Postgres, so that nothing bypasses the roles', () => {
  // stack/ creates the database, before it is migrated.
  const speaks = files.filter(
    (file) =>
      !['db', 'stack', 'bench', 'test'].includes(file.folder) &&
      file.imports.some(({ specifier }) => specifier === 'pg'),
  );
  expect(speaks.map((file) => file.path)).toEqual([]);
});

test('[code:imports:one-way-and-no-circle] decisions in domain/ read no clock and draw no randomness of their own', () => {
  const impure =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bset(Timeout|Interval)\(|\bfetch\(/;
  expect(files.filter((file) => file.folder === 'domain' && impure.test(file.text)).map((file) => file.path)).toEqual(
    [],
  );
});

test('[code:imports:one-way-and-no-circle] no files import each other in a circle', () => {
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

test('[code:imports:one-way-and-no-circle] product code imports nothing of test/ or bench/', () => {
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
