import type { z } from 'zod';
import {
  contextDocumentQuerySchema,
  type contextDocumentSchema,
  type contextDocumentWithContentSchema,
  contextKindSchema,
  putContextSchema,
} from '../../contract/context.ts';
import { type Deleted, type Page, pageQuerySchema } from '../../contract/fields.ts';
import {
  type ContextDocument,
  type ContextDocumentSummary,
  deleteContextDocument,
  getContextDocument,
  getEarlierVersion,
  listContextDocuments,
  listEarlierVersions,
  putContextDocument,
} from '../../db/queries/context-document.ts';
import { fileNameProblem } from '../../domain/file-name.ts';
import { countTokens } from '../../domain/tokens.ts';
import { findAgent } from '../agents/agent-profiles.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { pageOfWhole } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';

type DocumentResource = z.infer<typeof contextDocumentSchema>;
type DocumentWithContent = z.infer<typeof contextDocumentWithContentSchema>;

interface AgentInput {
  readonly agentId: string;
}
interface ListInput extends AgentInput {
  readonly kind?: string | undefined;
  readonly query: unknown;
}
interface DocumentInput extends AgentInput {
  readonly kind: string;
  readonly name: string;
}
interface StoredDocument {
  /** False: it replaced an older version. */
  readonly created: boolean;
  readonly document: DocumentResource;
}

/** Lists documents, newest first, of one kind or of all. @throws ServiceError agent_not_found, invalid_cursor */
export const listDocuments: Verb<ListInput, Page<DocumentResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const query = parseInput(pageQuerySchema, input.query);
  const kind = input.kind === undefined ? null : kindOf(input.kind);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await findAgent(tx, input.agentId);
    const documents = await listContextDocuments(tx, input.agentId, kind, null);
    const newestFirst = documents.toSorted((one, other) => other.updatedAt.getTime() - one.updatedAt.getTime());
    return pageOfWhole(newestFirst.map(summaryOf), query, (document) => `${document.kind}/${document.name}`);
  });
};

/**
 * Reads a document, or an earlier version of it.
 * @throws ServiceError agent_not_found, context_document_not_found
 */
export const getDocument: Verb<DocumentInput & { query: unknown }, DocumentWithContent> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const kind = kindOf(input.kind);
  const { version } = parseInput(contextDocumentQuerySchema, input.query);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { agentId } = await findAgent(tx, input.agentId);
    const present = await getContextDocument(tx, agentId, kind, input.name);
    if (present === undefined) throw noDocument(input);
    const earlier = await listEarlierVersions(tx, agentId, kind, input.name);
    const wanted = Number(version ?? present.version);
    const document =
      wanted === present.version ? present : await getEarlierVersion(tx, agentId, kind, input.name, wanted);
    if (document === undefined) {
      const kept = [present, ...earlier].map((each) => each.version).join(', ');
      throw new ServiceError('context_document_not_found', `Version ${wanted} is not kept. Kept are ${kept}.`);
    }
    return withContent(document, earlier);
  });
};

/** Writes a document whole. The next turn reads it so. @throws ServiceError agent_not_found, quota_exceeded */
export const putDocument: Verb<DocumentInput & { body: unknown }, StoredDocument> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const kind = kindOf(input.kind);
  const { content } = parseInput(putContextSchema, input.body);
  const problem = fileNameProblem(input.name);
  if (problem !== undefined) throw new ServiceError('invalid_request', problem, { param: 'name' });
  // Tokens are counted once and outside the transaction, since a large text takes milliseconds.
  const tokens = countTokens(content);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { agentId } = await findAgent(tx, input.agentId);
    const version = await putContextDocument(tx, { agentId, kind, name: input.name, content, tokens });
    await requireRoom(tx, { documents: 0, document_bytes: 0 });
    await audit(tx, ctx, 'context.put', `${agentId}/${kind}/${input.name}`, { version });
    const bytes = Buffer.byteLength(content);
    const document = summaryOf({ kind, name: input.name, tokens, bytes, version, updatedAt: new Date(ctx.nowMs()) });
    return { created: version === 1, document };
  });
};

/** Deletes a document. @throws ServiceError agent_not_found, context_document_not_found */
export const deleteDocument: Verb<DocumentInput, Deleted> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const kind = kindOf(input.kind);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { agentId } = await findAgent(tx, input.agentId);
    if (!(await deleteContextDocument(tx, agentId, kind, input.name))) throw noDocument(input);
    await audit(tx, ctx, 'context.delete', `${agentId}/${kind}/${input.name}`);
    return { id: `${kind}/${input.name}`, deleted: true };
  });
};

function kindOf(kind: string) {
  const parsed = contextKindSchema.safeParse(kind);
  if (parsed.success) return parsed.data;
  const known = contextKindSchema.options.join(', ');
  throw new ServiceError('invalid_request', `Unknown kind "${kind}". Known are ${known}.`, { param: 'kind' });
}

function noDocument(input: DocumentInput): ServiceError {
  return new ServiceError('context_document_not_found', `No ${input.kind} document "${input.name}".`);
}

function summaryOf({ updatedAt, ...document }: ContextDocumentSummary): DocumentResource {
  return { ...document, updated_at: updatedAt.toISOString() };
}

function withContent(document: ContextDocument, earlier: readonly ContextDocumentSummary[]): DocumentWithContent {
  const { content, ...summary } = document;
  return {
    ...summaryOf({ ...summary, bytes: Buffer.byteLength(content) }),
    content,
    earlier_versions: earlier.map(({ version, tokens, bytes, updatedAt }) => ({
      version,
      tokens,
      bytes,
      updated_at: updatedAt.toISOString(),
    })),
  };
}
