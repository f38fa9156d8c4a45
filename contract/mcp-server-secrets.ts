import { z } from 'zod';

/** Answers show this in place of a stored secret. */
export const MASK = '••••';

const isMask = (text: string) => text.includes(MASK);
const MASKED = 'is the mask of a stored value; leave the field out to keep what is stored';

/** A secret that was not copied out of an answer. */
export const unmaskedSchema = z.string().refine((text) => !isMask(text), MASKED);

/** A value of an HTTP header: no line break can get into it. */
function headerValueSchema(maxCharacters: number) {
  return z
    .string()
    .min(1)
    .max(maxCharacters)
    .refine((text) => !isMask(text), MASKED)
    .refine((text) => isMask(text) || /^[\x20-\x7e]+$/.test(text), 'must be printable ASCII');
}

export const serverAuthSchema = headerValueSchema(8_192);

/** These are set by the connection or by the protocol. The credential has a field of its own, so that it is sent once. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  `accept accept-encoding connection content-encoding content-length content-type date expect host keep-alive last-event-id
  proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade via`.split(/\s+/),
);
const MOST_HEADERS = 32;

export const serverHeadersSchema = z
  .record(
    z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'must be the name of a header'),
    headerValueSchema(4_096),
  )
  .superRefine((headers, context) => {
    const refuse = (name: string, message: string) => context.addIssue({ code: 'custom', path: [name], message });
    const seen = new Set<string>();
    for (const name of Object.keys(headers)) {
      const lower = name.toLowerCase();
      if (lower === 'authorization') refuse(name, 'is given as `auth`');
      if (OWN_HEADERS.has(lower) || lower.startsWith('mcp-')) refuse(name, 'is set by the service');
      if (seen.has(lower)) refuse(name, 'is given twice');
      seen.add(lower);
    }
    if (seen.size > MOST_HEADERS)
      context.addIssue({ code: 'custom', message: `must have at most ${MOST_HEADERS} headers` });
  });

/**
 * Variables with which a program is made to run other code than its command says. With them a server could leave the
 * operator's list of commands.
 */
const CODE_VARIABLES: ReadonlySet<string> = new Set(
  `BROWSER CLASSPATH EDITOR ENV GCONV_PATH GOBIN GOFLAGS GOPATH GOPROXY GOROOT HOME IFS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS
  _JAVA_OPTIONS LUA_CPATH LUA_INIT LUA_PATH NODE_OPTIONS NODE_PATH OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES PAGER PATH
  PERL5DB PERL5LIB PERL5OPT PERLLIB PROMPT_COMMAND PS4 RUBYLIB RUBYOPT SHELL SHELLOPTS TMPDIR VISUAL`.split(/\s+/),
);
const CODE_PREFIXES: readonly string[] = (
  'AGENT_RUNS_ BASH_ BUN_ CARGO_ COMPLUS_ CORECLR_ DENO_ DOTNET_ DYLD_ GIT_ LD_ NODE_REPL_ NPM_CONFIG_ PIPX_ PIP_ PNPM_ ' +
  'PYTHON RUSTC_ UV_ XDG_ YARN_'
).split(' ');

function choosesCode(name: string): boolean {
  const upper = name.toUpperCase();
  return CODE_VARIABLES.has(upper) || CODE_PREFIXES.some((prefix) => upper.startsWith(prefix));
}

const MOST_VARIABLES = 64;
const MOST_BYTES = 64 * 1024;

export const serverEnvSchema = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a variable'),
    z
      .string()
      .max(16_384)
      // A variable of a process ends at a NUL.
      .refine((text) => !text.includes('\0'), 'must contain no NUL')
      .refine((text) => !isMask(text), MASKED),
  )
  .superRefine((env, context) => {
    const names = Object.keys(env);
    for (const name of names) {
      if (!choosesCode(name)) continue;
      const message = 'may not be set: it can make a command run other code, or is set by the service';
      context.addIssue({ code: 'custom', path: [name], message });
    }
    if (names.length > MOST_VARIABLES) {
      context.addIssue({ code: 'custom', message: `must have at most ${MOST_VARIABLES} variables` });
    }
    if (Buffer.byteLength(JSON.stringify(env)) > MOST_BYTES) {
      context.addIssue({ code: 'custom', message: `must be at most ${MOST_BYTES} bytes of JSON` });
    }
  });

/** Names with masked values, as answers show headers and variables. */
export const maskedSchema = z.record(z.string(), z.string()).describe('Their values are masked.');
