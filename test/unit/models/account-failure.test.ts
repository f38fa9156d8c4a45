import { expect, test } from 'vitest';
import { concernsAccount } from '../../../models/account-failure.ts';
import type { ModelFailureType } from '../../../models/model-call.ts';
import { reportOfBody } from '../../../models/provider-report.ts';
import { verdictOfStatus } from '../../../models/report-verdict.ts';

const error = (message: string, more: object = {}) => ({ error: { message, ...more } });

/** The refusals of providers, each with the status and the body that it is known to send. */
const REFUSALS: readonly (readonly [string, number, object, ModelFailureType, boolean])[] = [
  [
    'OpenAI, a wrong key',
    401,
    error('Incorrect API key provided', { code: 'invalid_api_key' }),
    'model.unauthorized',
    true,
  ],
  [
    'OpenAI, a key without the scope for any model',
    401,
    error('You have insufficient permissions for this operation. Missing scopes: model.request'),
    'model.unauthorized',
    true,
  ],
  ['OpenAI, a country', 403, error('Country, region, or territory not supported'), 'model.unauthorized', true],
  [
    'OpenAI, no quota left',
    429,
    error('You exceeded your current quota, please check your plan and billing details.', {
      code: 'insufficient_quota',
    }),
    'model.quota_exhausted',
    true,
  ],
  [
    'Anthropic, a wrong key',
    401,
    error('invalid x-api-key', { type: 'authentication_error' }),
    'model.unauthorized',
    true,
  ],
  [
    'Anthropic, no credit',
    400,
    error('Your credit balance is too low to access the Anthropic API.', { type: 'invalid_request_error' }),
    'model.quota_exhausted',
    true,
  ],
  [
    'Google, a wrong key',
    400,
    error('API key not valid.', { status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] }),
    'model.unauthorized',
    true,
  ],
  [
    'Google, a service that is not turned on',
    403,
    error('Generative Language API has not been used in project 1.', { status: 'PERMISSION_DENIED' }),
    'model.unauthorized',
    true,
  ],
  ['OpenRouter, no credits', 402, error('Insufficient credits. Add more.'), 'model.quota_exhausted', true],
  [
    'OpenRouter, credits for a shorter answer',
    402,
    error('This request requires more credits, or fewer max_tokens. You can only afford 400.'),
    'model.quota_exhausted',
    false,
  ],
  [
    'Groq, a model that the project blocks',
    403,
    error('The model `llama-x` is blocked at the project level.', { code: 'model_permission_blocked_project' }),
    'model.unauthorized',
    false,
  ],
  [
    'Bedrock, a model without access',
    403,
    { message: "You don't have access to the model with the specified model ID." },
    'model.unauthorized',
    false,
  ],
  ['a gateway that names the id alone', 403, error('acme-large-2 is not on your plan'), 'model.unauthorized', false],
  ['a gateway without a body', 403, {}, 'model.unauthorized', true],
  ['a model that is not there', 404, error('no such model'), 'model.not_found', false],
  ['a rate', 429, error('slow down'), 'model.rate_limited', false],
];

test.each(REFUSALS)(
  '[model:outage:of-the-key-all-models] %s (%s): every model of the key is out only where the refusal is not about one of them',
  (_, status, body, type, expected) => {
    const report = reportOfBody(JSON.stringify(body));
    const verdict = verdictOfStatus(status, report);
    expect(verdict.type).toBe(type);
    expect(concernsAccount(verdict.type, { status, report, model: 'acme-large-2' })).toBe(expected);
  },
);
