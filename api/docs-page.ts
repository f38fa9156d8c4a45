import type { OpenApiDocument } from './openapi-document.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const style = `
:root{color-scheme:light dark;--line:#8884;--dim:#888}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem}details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer}code,pre{font:13px/1.5 ui-monospace,monospace}pre{overflow:auto;background:#8881;padding:.8rem;border-radius:6px}
.method{display:inline-block;min-width:4rem;font-weight:600}.dim{color:var(--dim)}`;

/** The API as a page to read: generated from the OpenAPI document, nothing loaded from anywhere. */
export function docsPage(document: OpenApiDocument): Response {
  const sections = sectionsOf(document).map(
    ([tag, operations]) => `<h2>${escaped(tag)}</h2>\n${operations.join('\n')}`,
  );
  const { title, description = '' } = document.info;
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head>
<body><h1>${escaped(title)}</h1><p>${escaped(description)}</p>
<p>Send your key with every request: <code>Authorization: Bearer brk_…</code>. The whole description as OpenAPI 3.1:
<a href="/openapi.json">/openapi.json</a>.</p>
${sections.join('\n')}</body></html>`;
  return new Response(body, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    },
  });
}

function sectionsOf(document: OpenApiDocument): [tag: string, operations: string[]][] {
  const sections = new Map<string, string[]>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item?.[method];
      if (operation === undefined) continue;
      const tag = operation.tags?.[0] ?? 'Other';
      const operations = sections.get(tag) ?? [];
      operations.push(operationOf(method, path, operation.summary ?? '', operation));
      sections.set(tag, operations);
    }
  }
  return [...sections];
}

function operationOf(method: string, path: string, summary: string, operation: object): string {
  const { tags: _tags, summary: _summary, security: _security, ...rest } = operation as Record<string, unknown>; // an OpenAPI operation is JSON
  return `<details><summary><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code>
<span class="dim">${escaped(summary)}</span></summary><pre>${escaped(JSON.stringify(rest, null, 2))}</pre></details>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
