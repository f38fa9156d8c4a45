import { secretPartsOf } from '../../domain/secret-address.ts';
import { secretArgumentsOf } from '../../domain/secret-arguments.ts';
import { withoutSecretForms } from '../../domain/secret-forms.ts';
import type { McpTransport } from '../calls/tool-call.ts';

/** Shorter texts are no secrets, and to look for them would garble results. */
export const SHORTEST_SECRET = 8;
/** A variable may as well hold the name of a folder or of a team, which results are free to name. */
const NAME_OF_SECRET = /auth|key|token|secret|pass|pwd|credential|cookie|session|signature|(?:^|[_-])pat$/i;
/** `Bearer` and its like. */
const SCHEME = /^[A-Za-z][A-Za-z0-9-]*\s+/;
const URL_WITH_PASSWORD = /:\/\/[^/\s:@]*:[^/\s@]+@/;

/** The texts of a server's credential, headers, variables, address and arguments that no result or message may show (I10). */
export function secretsOf(transport: McpTransport): readonly string[] {
  const { auth, named } =
    transport.kind === 'stdio'
      ? { auth: undefined, named: transport.env }
      : { auth: transport.auth, named: transport.headers };
  const values = Object.entries(named ?? {})
    .filter(([name, value]) => NAME_OF_SECRET.test(name) || URL_WITH_PASSWORD.test(value))
    .map(([, value]) => value);
  const inPlace =
    transport.kind === 'stdio'
      ? secretArgumentsOf(transport.args)
      : secretPartsOf(transport.url).map(({ value }) => value);
  const bare = [auth ?? '', ...values, ...inPlace].map((text) => text.replace(SCHEME, ''));
  // The longest comes first: a secret that begins with another one is replaced whole.
  return [...new Set(bare)].filter((text) => text.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
}

/** Stands in place of a secret. */
export const REDACTED = '[redacted]';

/** Replaces the secrets that we sent, in case the other side repeats them, in whatever form. For short texts, see `withoutSecretForms`. */
export function withoutSecrets(text: string, secrets: readonly string[], length = text.length): string {
  return withoutSecretForms(text, secrets, REDACTED, length);
}
