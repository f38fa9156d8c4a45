import { createServer } from 'node:http';

/** A page on this machine, for a server that fetches pages. */
export async function startPage(text: string): Promise<{ url: string; close(): Promise<void> }> {
  const http = createServer((_request, response) => response.setHeader('content-type', 'text/plain').end(text));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
