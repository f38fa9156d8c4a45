import { pageQuerySchema } from '../../contract/fields.ts';
import { leaderboardQuerySchema, leaderboardSchema, modelListSchema } from '../../contract/models.ts';
import { leaderboard, listModels } from '../../service/models/models.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Models';

export function modelRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/models',
      operationId: 'brModels.list',
      tag,
      scope: 'read',
      summary: 'List the models a run may choose from',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of models.', schema: modelListSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listModels({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/models/leaderboard',
      operationId: 'brModels.leaderboard',
      tag,
      scope: 'read',
      summary: 'Show what routing has learned of the models, by task class',
      query: leaderboardQuerySchema,
      responses: { 200: { description: 'Best first.', schema: leaderboardSchema } },
      handle: async ({ ctx, query }) => json(await leaderboard({ ctx, input: { query } })),
    }),
  ];
}
