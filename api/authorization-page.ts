import { authorizationCallbackQuerySchema } from '../contract/mcp-oauth.ts';
import type { Suspensions } from '../processes/suspensions.ts';
import { type FinishedAuthorization, finishAuthorization } from '../service/tools/finish-authorization.ts';
import type { ServiceDeps } from '../service/verb/context.ts';

/** Takes the browser of a person that comes back from an authorization server. The person has no API key. */
export function authorizationCallback(services: ServiceDeps, suspensions: Pick<Suspensions, 'begin'>) {
  const deps = { ...services, suspensions };

  return async (address: string): Promise<Response> => {
    const query = Object.fromEntries(new URL(address).searchParams);
    const callback = authorizationCallbackQuerySchema.safeParse(query);
    return page(callback.success ? await finishAuthorization(deps, callback.data) : { kind: 'unknown' });
  };
}

function page(finished: FinishedAuthorization): Response {
  const { status, title, text } = wordsFor(finished);
  return new Response(PAGE.replaceAll('TITLE', escaped(title)).replace('TEXT', escaped(text)), {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      // The address holds the code.
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    },
  });
}

function wordsFor(finished: FinishedAuthorization): { status: number; title: string; text: string } {
  switch (finished.kind) {
    case 'authorized':
      return {
        status: 200,
        title: 'Authorized',
        text: `Agents may now use the tool server "${finished.serverName}" with your account. You may close this page.`,
      };
    case 'unknown':
      return {
        status: 400,
        title: 'This link cannot be used',
        text: 'It was used before, or it has expired. Ask for a new one.',
      };
    case 'refused':
      return { status: 400, title: 'Not authorized', text: `${finished.why} Nothing was changed.` };
    case 'failed':
      return {
        status: 502,
        title: 'It did not work',
        text: `${finished.why} Nothing was changed. Ask for a new link.`,
      };
  }
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>TITLE</title>
</head>
<body>
<h1>TITLE</h1>
<p>TEXT</p>
</body>
</html>
`;

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
