import {
  contextDocumentQuerySchema,
  contextDocumentSchema,
  contextDocumentWithContentSchema,
  contextListSchema,
  contextPreviewQuerySchema,
  contextPreviewSchema,
  putContextSchema,
} from '../../contract/context.ts';
import { deletedSchema, pageQuerySchema } from '../../contract/fields.ts';
import { deleteDocument, getDocument, listDocuments, putDocument } from '../../service/context/context-documents.ts';
import { previewContext } from '../../service/context/preview-context.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Context';
// Names of workspace files may contain slashes.
const document = '/v1/agents/{agent_id}/context/{kind}/{name}' as const;

export function contextRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/agents/{agent_id}/context',
      operationId: 'context.list',
      tag,
      scope: 'read',
      summary: 'List what an agent may read, newest first',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of documents.', schema: contextListSchema } },
      errors: ['agent_not_found', 'invalid_cursor'],
      handle: async ({ ctx, params, query }) =>
        json(await listDocuments({ ctx, input: { agentId: params.agent_id, query } })),
    }),
    route({
      method: 'get',
      path: '/v1/agents/{agent_id}/context/preview',
      operationId: 'context.preview',
      tag,
      scope: 'read',
      summary: 'Show what the next turn would read, source by source',
      query: contextPreviewQuerySchema,
      responses: { 200: { description: 'The six sources.', schema: contextPreviewSchema } },
      errors: ['agent_not_found', 'session_not_found'],
      handle: async ({ ctx, params, query }) =>
        json(await previewContext({ ctx, input: { agentId: params.agent_id, query } })),
    }),
    route({
      method: 'get',
      path: '/v1/agents/{agent_id}/context/{kind}',
      operationId: 'context.listKind',
      tag,
      scope: 'read',
      summary: 'List documents of a kind: soul, skill, workspace, reference',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of documents.', schema: contextListSchema } },
      errors: ['agent_not_found', 'invalid_cursor'],
      handle: async ({ ctx, params, query }) =>
        json(await listDocuments({ ctx, input: { agentId: params.agent_id, kind: params.kind, query } })),
    }),
    route({
      method: 'get',
      path: document,
      operationId: 'context.get',
      restOfPath: true,
      tag,
      scope: 'read',
      summary: 'Read a document, or an earlier version of it',
      query: contextDocumentQuerySchema,
      responses: { 200: { description: 'The document.', schema: contextDocumentWithContentSchema } },
      errors: ['agent_not_found', 'context_document_not_found'],
      handle: async ({ ctx, params, query }) =>
        json(await getDocument({ ctx, input: { ...documentOf(params), query } })),
    }),
    route({
      method: 'put',
      path: document,
      operationId: 'context.put',
      restOfPath: true,
      tag,
      scope: 'admin',
      summary: 'Write a document whole; the next turn reads it',
      body: putContextSchema,
      bodyExamples: { soul: { content: 'You are a careful research assistant.' } },
      responses: {
        200: { description: 'Replaced.', schema: contextDocumentSchema },
        201: { description: 'Created.', schema: contextDocumentSchema },
      },
      errors: ['agent_not_found', 'message_too_large'],
      async handle({ ctx, params, body }) {
        const result = await putDocument({ ctx, input: { ...documentOf(params), body: await body() } });
        return json(result.document, result.created ? 201 : 200);
      },
    }),
    route({
      method: 'delete',
      path: document,
      operationId: 'context.delete',
      restOfPath: true,
      tag,
      scope: 'admin',
      summary: 'Delete a document',
      responses: { 200: { description: 'Deleted.', schema: deletedSchema } },
      errors: ['agent_not_found', 'context_document_not_found'],
      handle: async ({ ctx, params }) => json(await deleteDocument({ ctx, input: documentOf(params) })),
    }),
  ];
}

function documentOf(params: { agent_id: string; kind: string; name: string }) {
  return { agentId: params.agent_id, kind: params.kind, name: params.name };
}
