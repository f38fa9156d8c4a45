import { readFileSync } from 'node:fs';

/** The folders of ours whose code a folder may import, besides itself. */
export interface Wall {
  /** Folders that it may use at run time. */
  readonly imports: readonly string[];
  /** Folders that it may take types of, besides. Types cross more walls: nothing of them is left at run time. */
  readonly types: readonly string[];
}

const README = new URL('../../../README.md', import.meta.url);
const ANY = 'anything';

/**
 * The table "Folders" of README is the one place that says who may import whom: its rows are
 * `| folder | what its code is | imports | types of |`. Folders that may import anything have no wall.
 */
export function readWalls(text = readFileSync(README, 'utf8')): ReadonlyMap<string, Wall> {
  const section = /^## Folders$([\s\S]*?)^Working on it/m.exec(text)?.[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const walls = new Map<string, Wall>();
  for (const row of rows) {
    const [folder = '', , imports = '', types = ''] = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (imports !== ANY) walls.set(folder.replace(/[`/]/g, ''), { imports: namesIn(imports), types: namesIn(types) });
  }
  return walls;
}

function namesIn(cell: string): string[] {
  return cell.split(/[\s,]+/).filter((name) => name !== '');
}
