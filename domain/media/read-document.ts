import type { DocumentFacts } from './media-ref.ts';

/** The outcome of reading a document. `unknown`: the number of its pages is not certain, so its cost has no bound. */
export type ReadDocument = { readonly kind: 'read'; readonly facts: DocumentFacts } | { readonly kind: 'unknown' };

/** Unpacks DEFLATE. @throws Error where it is damaged, or has more bytes */
export type Inflate = (packed: Buffer, maxBytes: number) => Buffer;

const UNKNOWN: ReadDocument = { kind: 'unknown' };

/** A document of more pages is not counted: no provider takes it. */
const MOST_PAGES = 1_000;
const MOST_OBJECTS = 200_000;
/** The most bytes that the packed objects of a document may have. */
const MOST_UNPACKED_BYTES = 16 * 1024 * 1024;

/** The pages below each object of the page tree, by the number of the object. An object may be defined anew at the end of a file. */
type Kids = Map<string, Set<string>[]>;

/**
 * The number of pages of a PDF, or more, never less: the leaves of its tree of pages, also where a part of the tree stands in
 * several places. A document that is encrypted, or packs its objects in another way, is not read.
 */
export function readDocument(bytes: Buffer, inflate: Inflate): ReadDocument {
  if (bytes.toString('latin1', 0, 5) !== '%PDF-') return UNKNOWN;
  const text = plainNames(bytes.toString('latin1'));
  if (/\/Encrypt\b/.test(text)) return UNKNOWN;
  const packed = packedObjects(text, inflate);
  const kids: Kids = new Map();
  if (packed === undefined || !readTree([...numbered(text), ...packed], kids)) return UNKNOWN;
  const pages = mostLeaves(kids);
  return pages === undefined || pages === 0
    ? UNKNOWN
    : { kind: 'read', facts: { mediaType: 'application/pdf', pages } };
}

/** A name may have its letters in hexadecimal. */
function plainNames(text: string): string {
  return text.replace(/#([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

interface PdfObject {
  readonly number: string;
  readonly body: string;
}

/** The objects of a text. Each ends where the next one begins, so none hides another. */
function numbered(text: string): PdfObject[] {
  const starts = [...text.matchAll(/(\d+)\s+\d+\s+obj\b/g)];
  return starts.map((start, index) => ({
    number: String(Number(start[1])),
    body: text.slice(start.index, starts[index + 1]?.index),
  }));
}

/** The objects that are packed into streams. Undefined: some cannot be unpacked. */
function packedObjects(text: string, inflate: Inflate): PdfObject[] | undefined {
  const objects: PdfObject[] = [];
  let left = MOST_UNPACKED_BYTES;
  for (const match of text.matchAll(/\/Type\s*\/ObjStm\b/g)) {
    const from = text.indexOf('stream', match.index);
    const until = text.indexOf('endstream', from);
    const dictionary = text.slice(Math.max(0, text.lastIndexOf('obj', match.index)), from);
    const first = Number(/\/First\s+(\d+)/.exec(dictionary)?.[1] ?? Number.NaN);
    if (from === -1 || until === -1 || !/\/Filter\s*\[?\s*\/FlateDecode/.test(dictionary)) return undefined;
    if (/\/DecodeParms/.test(dictionary) || !Number.isInteger(first)) return undefined;
    const start = from + 'stream'.length + (text[from + 'stream'.length] === '\r' ? 2 : 1);
    const unpacked = unpackedText(Buffer.from(text.slice(start, until), 'latin1'), left, inflate);
    if (unpacked === undefined) return undefined;
    left -= unpacked.length;
    objects.push(...objectsOfStream(plainNames(unpacked), first));
  }
  return objects;
}

function unpackedText(packed: Buffer, maxBytes: number, inflate: Inflate): string | undefined {
  try {
    return inflate(packed, maxBytes).toString('latin1');
  } catch {
    return undefined;
  }
}

function objectsOfStream(text: string, first: number): PdfObject[] {
  const heads = [...text.slice(0, first).matchAll(/(\d+)\s+(\d+)/g)];
  return heads.map(([, number, offset], index) => ({
    number: String(Number(number)),
    body: text.slice(first + Number(offset), first + Number(heads[index + 1]?.[2] ?? text.length)),
  }));
}

/** @returns false where an object does not say plainly which pages are below it */
function readTree(objects: readonly PdfObject[], kids: Kids): boolean {
  if (objects.length > MOST_OBJECTS) return false;
  for (const { number, body } of objects) {
    const list = /\/Kids\s*\[([^\]]*)\]/.exec(body)?.[1];
    if (list === undefined && /\/Kids\b/.test(body)) return false;
    const isPage = /\/Type\s*\/Page(?![A-Za-z])/.test(body);
    // Fields of forms have children, too. They are no pages, and counting them does no harm.
    if (list === undefined && !isPage) continue;
    const refs = [...(list ?? '').matchAll(/(\d+)\s+\d+\s+R/g)].map((ref) => String(Number(ref[1])));
    if (new Set(refs).size < refs.length) return false;
    kids.set(number, [...(kids.get(number) ?? []), new Set(refs)]);
  }
  return true;
}

/** The leaves below the object that has the most of them. Undefined: there are too many, or the tree is none. */
function mostLeaves(kids: Kids): number | undefined {
  const known = new Map<string, number>();
  const open = new Set<string>();
  const leavesOf = (number: string, depth: number): number => {
    const before = known.get(number);
    if (before !== undefined) return before;
    if (open.has(number) || depth > 64) return Number.POSITIVE_INFINITY;
    open.add(number);
    const each = (kids.get(number) ?? []).map((below) =>
      [...below].reduce((sum, kid) => sum + leavesOf(kid, depth + 1), below.size === 0 ? 1 : 0),
    );
    open.delete(number);
    // An object that is no node of the tree may be a page that does not say so.
    const leaves = each.length === 0 ? 1 : Math.max(...each);
    known.set(number, leaves);
    return leaves;
  };
  const most = Math.max(0, ...[...kids.keys()].map((number) => leavesOf(number, 0)));
  return most > MOST_PAGES ? undefined : most;
}
