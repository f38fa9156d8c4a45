import type { CountForm } from './count-form.ts';

/** `POST /v1beta/{model}:countTokens`. Only the whole request, and not its contents alone, counts instructions and tools. */
export const googleCount: CountForm = {
  question(url, body) {
    const [, base, model] = /^(.*\/)([^/]+\/[^/:]+):streamGenerateContent(\?.*)?$/.exec(url) ?? [];
    if (base === undefined || model === undefined) return undefined;
    return {
      url: `${base}${model}:countTokens`,
      body: { generateContentRequest: { model: decodeURIComponent(model), ...body } },
    };
  },
  tokensIn: ({ totalTokens }) => totalTokens,
};
