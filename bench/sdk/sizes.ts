import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type Metrics, single } from '../metric.ts';

const SDK = fileURLToPath(new URL('../../sdk/', import.meta.url));

/** What a page loads, and what pip unpacks. */
export async function measureSizes(): Promise<Metrics> {
  const bundled = await build({
    stdin: { contents: "export { default } from 'brainstormrouter'", resolveDir: SDK },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    // The package as it is built, and not its source.
    tsconfigRaw: {},
    write: false,
  });
  const page = gzipSync(bundled.outputFiles[0]?.contents ?? '').length;
  const source = path.join(SDK, 'python', 'src', 'brainstormrouter');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.py'));
  const unpacked = files.reduce((sum, file) => sum + readFileSync(path.join(source, file)).length, 0);
  return {
    sdk_typescript_page_gzip: single([page / 1024], 'KiB'),
    sdk_python_source: single([unpacked / 1024], 'KiB'),
  };
}
