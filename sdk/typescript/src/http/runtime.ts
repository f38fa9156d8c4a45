import { VERSION } from '../version.ts';

/** What the globals of the runtimes that we know may have. None of them is needed. */
interface Globals {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly versions?: { readonly node?: string };
    readonly platform?: string;
    readonly arch?: string;
  };
  readonly Deno?: {
    readonly version?: { readonly deno?: string };
    readonly env?: { get(name: string): string | undefined };
  };
  readonly Bun?: { readonly version?: string };
  readonly navigator?: { readonly userAgent?: string };
  readonly window?: { readonly document?: unknown };
}

const globals = globalThis as Globals;

/** A variable of the environment, trimmed. Undefined where it is empty, or where there is no environment. */
export function environmentVariable(name: string): string | undefined {
  try {
    const value = globals.process?.env?.[name] ?? globals.Deno?.env?.get(name);
    return value?.trim() === '' ? undefined : value?.trim();
  } catch {
    // Deno refuses to read the environment without a permission.
    return undefined;
  }
}

/** True on a page, where everybody who opens it can read the API key. */
export function isBrowser(): boolean {
  return globals.window?.document !== undefined && globals.navigator !== undefined && globals.Deno === undefined;
}

/** Such as `brainstormrouter-typescript/0.2.0 node/24.1.0 (linux; x64)`. */
export function userAgent(): string {
  const { process, Deno, Bun } = globals;
  const runtime =
    (Deno?.version?.deno !== undefined && `deno/${Deno.version.deno}`) ||
    (Bun?.version !== undefined && `bun/${Bun.version}`) ||
    (process?.versions?.node !== undefined && `node/${process.versions.node}`) ||
    'unknown';
  const machine = process?.platform === undefined ? '' : ` (${process.platform}; ${process.arch})`;
  return `brainstormrouter-typescript/${VERSION} ${runtime}${machine}`;
}
