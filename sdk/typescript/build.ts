import { copyFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';

/** `npm run build`: makes dist/, which is what users get. Each format is one file, and so are its declarations. */
const root = fileURLToPath(new URL('.', import.meta.url));
const entry = `${root}src/index.ts`;
const dist = `${root}dist/`;

await rm(dist, { recursive: true, force: true });
const formats = [
  { format: 'esm', outfile: `${dist}index.js` },
  { format: 'cjs', outfile: `${dist}index.cjs` },
] as const;
await Promise.all([
  ...formats.map((each) =>
    build({ ...each, entryPoints: [entry], bundle: true, packages: 'external', platform: 'neutral', target: 'es2022' }),
  ),
  declarations(),
]);

async function declarations(): Promise<void> {
  const bundle = await rollup({
    input: entry,
    plugins: [dts({ tsconfig: `${root}tsconfig.json` })],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  await bundle.write({ file: `${dist}index.d.ts` });
  await bundle.close();
  // TypeScript reads the declarations of a CommonJS file from a file of this name.
  await copyFile(`${dist}index.d.ts`, `${dist}index.d.cts`);
}
