import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Import {
  readonly specifier: string;
  /** The import brings in types only, so nothing is left of it at run time. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** From the repository root, with forward slashes. */
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SKIPPED = new Set(['node_modules', 'dist', 'coverage']);

/** Every TypeScript file of the repository. */
export function sourceFiles(): SourceFile[] {
  return pathsUnder(ROOT).map((absolute) => {
    const relative = path.relative(ROOT, absolute).split(path.sep).join('/');
    const text = readFileSync(absolute, 'utf8');
    const folder = relative.includes('/') ? (relative.split('/')[0] ?? '') : '';
    return { path: relative, folder, text, imports: importsOf(text) };
  });
}

/** The repository path a relative import of `from` names. */
export function resolved(from: SourceFile, specifier: string): string {
  return path.posix.join(path.posix.dirname(from.path), specifier);
}

function pathsUnder(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) return [];
    const absolute = path.join(dir, entry.name);
    if (entry.isDirectory()) return pathsUnder(absolute);
    return entry.name.endsWith('.ts') ? [absolute] : [];
  });
}

/** Enough of the grammar for formatted sources: static, re-exporting, side-effect and dynamic imports. */
function importsOf(text: string): Import[] {
  const statics = [...text.matchAll(/^(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s+'([^']+)'/gm)].map(
    ([, type, names = '', specifier = '']) => ({ specifier, typeOnly: type !== undefined || namesAreTypes(names) }),
  );
  const others = [...text.matchAll(/^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm)]
    // `import('x').Y` is part of a type.
    .map((match) => ({ specifier: match[1] ?? match[2] ?? '', typeOnly: text[match.index + match[0].length] === '.' }));
  return [...statics, ...others];
}

function namesAreTypes(names: string): boolean {
  const listed = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1]?.split(',') ?? [];
  const present = listed.map((name) => name.trim()).filter((name) => name !== '');
  return present.length > 0 && present.every((name) => name.startsWith('type '));
}
