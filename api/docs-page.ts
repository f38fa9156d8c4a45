import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ServiceError } from '../service/verb/service-error.ts';

/** Swagger UI is served from the installed package, so the page works without internet. */
const fromPackage = createRequire(import.meta.url);
const PACKAGE_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'] as const;

/**
 * The page may load from and talk to its own origin only, and may not run text as code. Icons in its styles are
 * `data:`.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Addresses in the page are relative to `/docs`, so that it also works behind a prefix. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Agent Runs API</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<noscript>This page needs JavaScript. The same description as JSON: <a href="openapi.json">openapi.json</a>.</noscript>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** Without `validatorUrl: null` the page would send the address of the description to a server of others. */
const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  validatorUrl: null,
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
});
`;

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
};

/** The page that shows the description of the API and sends requests. */
export function docsPage(): Response {
  return answer(PAGE, 'text/html; charset=utf-8', 'no-cache');
}

/** A file that the page loads. @throws ServiceError route_not_found */
export async function docsFile(name: string): Promise<Response> {
  const content = await contentOf(name);
  const type = TYPES[name.split('.').at(-1) ?? ''];
  if (content === undefined || type === undefined) {
    throw new ServiceError('route_not_found', 'The page of the API has no such file.');
  }
  return answer(content, type, 'public, max-age=3600');
}

async function contentOf(name: string): Promise<string | Buffer<ArrayBuffer> | undefined> {
  if (name === 'start.js') return START;
  const known = PACKAGE_FILES.find((file) => file === name);
  return known === undefined ? undefined : readFile(fromPackage.resolve(`swagger-ui-dist/${known}`));
}

function answer(body: string | Buffer<ArrayBuffer>, type: string, caching: string): Response {
  return new Response(body, {
    headers: {
      'content-type': type,
      'cache-control': caching,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
    },
  });
}
