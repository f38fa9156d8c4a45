import { createTwoFilesPatch, FILE_HEADERS_ONLY, formatPatch } from 'diff';
import type { SourceView } from './context-view.ts';

/** The difference between a part of the context and the same part in that of an earlier turn. */
export interface ContextChange {
  readonly source: SourceView['source'];
  readonly part?: SourceView['part'];
  readonly id: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: PartVersion | undefined;
  readonly after?: PartVersion | undefined;
  /** The reason why the later turn has no room for a part that was removed. Absent: the part is gone. */
  readonly why?: string | undefined;
  /** A unified diff. Null: a version stored one of the turns that did not keep the texts of the parts. */
  readonly diff: string | null;
}

export interface PartVersion {
  readonly version: string;
  readonly tokens: number;
}

/**
 * A diff takes time with the square of the number of edits, and with the number of lines: 8,000 lines that all differ would take
 * ten seconds. Texts that have less in common, or more lines, are shown one after the other. So all diffs of a comparison
 * together take some ten milliseconds.
 */
const MOST_EDITS = 500;
const MOST_LINES = 10_000;

type Part = SourceView['included'][number];

/** Says which parts of the context were added, removed or changed since an earlier turn. Parts that stayed are left out. */
export function contextChanges(before: readonly SourceView[], after: readonly SourceView[]): ContextChange[] {
  const keys = [...new Set([...after, ...before].map(keyOfSource))];
  const changes = keys.flatMap((key) => {
    const [then, now] = [before, after].map((sources) => sources.find((each) => keyOfSource(each) === key));
    const { source, part } = now ?? then ?? {};
    return source === undefined ? [] : changesOf({ source, part }, then, now);
  });
  const bounds = { edits: Math.floor(MOST_EDITS / Math.sqrt(changes.length)), lines: MOST_LINES / changes.length };
  return changes.map(({ texts, ...change }) => ({ ...change, diff: unifiedDiff(change.id, texts, bounds) }));
}

/** The two versions of a part of which a diff is to be made. */
type ChangedTexts = readonly [old: Part | undefined, fresh: Part | undefined];

function changesOf(
  where: Pick<ContextChange, 'source' | 'part'>,
  before: SourceView | undefined,
  after: SourceView | undefined,
): (Omit<ContextChange, 'diff'> & { readonly texts: ChangedTexts })[] {
  const then = new Map((before?.included ?? []).map((part) => [part.id, part]));
  const now = new Map((after?.included ?? []).map((part) => [part.id, part]));
  const ids = [...new Set([...now.keys(), ...then.keys()])];
  return ids.flatMap((id) => {
    const [old, fresh] = [then.get(id), now.get(id)];
    if (old !== undefined && fresh !== undefined && isSame(old, fresh)) return [];
    return {
      ...where,
      id,
      change: old === undefined ? 'added' : fresh === undefined ? 'removed' : 'changed',
      before: versionOf(old),
      after: versionOf(fresh),
      why: fresh === undefined ? after?.dropped.find((part) => part.id === id)?.why : undefined,
      texts: [old, fresh],
    };
  });
}

function keyOfSource({ source, part }: SourceView): string {
  return `${source} ${part ?? ''}`;
}

function isSame(old: Part, fresh: Part): boolean {
  return old.text === undefined || fresh.text === undefined
    ? old.version === fresh.version && old.tokens === fresh.tokens
    : old.text === fresh.text;
}

function versionOf(part: Part | undefined): PartVersion | undefined {
  return part && { version: part.version, tokens: part.tokens };
}

function unifiedDiff(
  id: string,
  [old, fresh]: ChangedTexts,
  bounds: { readonly edits: number; readonly lines: number },
): string | null {
  const texts = [old, fresh].map((part) => (part === undefined ? '' : part.text));
  const [before, after] = texts;
  if (before === undefined || after === undefined) return null;
  const versions = [old, fresh].map((part) => (part === undefined ? 'none' : `version ${part.version}`));
  const [oldLines, newLines] = [lines(before), lines(after)];
  const whole = () => wholePatch(id, [oldLines, newLines], versions);
  if (countOfLines(oldLines) + countOfLines(newLines) > bounds.lines) return whole();
  const options = { context: 3, headerOptions: FILE_HEADERS_ONLY, maxEditLength: bounds.edits };
  return createTwoFilesPatch(id, id, oldLines, newLines, versions[0], versions[1], options) ?? whole();
}

/** A diff that takes the old text away as a whole, and adds the new one. */
function wholePatch(id: string, texts: readonly [string, string], versions: readonly string[]): string {
  const [before, after] = texts.map((text) => text.split('\n').slice(0, -1));
  const [removed = [], added = []] = [before, after];
  const hunk = {
    oldStart: removed.length === 0 ? 0 : 1,
    oldLines: removed.length,
    newStart: added.length === 0 ? 0 : 1,
    newLines: added.length,
    lines: [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)],
  };
  const [oldHeader, newHeader] = versions;
  const patch = { oldFileName: id, newFileName: id, oldHeader, newHeader, hunks: [hunk] };
  return formatPatch(patch, FILE_HEADERS_ONLY);
}

function countOfLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** The last line of a text counts like the others. */
function lines(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
