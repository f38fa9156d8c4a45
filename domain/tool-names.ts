/** The longest name of a tool that every provider accepts. */
const MAX_NAME_LENGTH = 64;
const HASH_LENGTH = 7;

export interface ServerTool {
  readonly serverId: string;
  readonly serverName: string;
  readonly toolName: string;
  /** A bundled tool keeps its plain name, whatever an external server calls itself. */
  readonly bundled?: boolean;
}

/**
 * The names that models see, in the order of the tools: `<server>_<tool>`. Every name is unique and matches
 * ^[a-zA-Z0-9_-]{1,64}$. A name that is too long, or that two tools would share, ends in a hash of (server id, tool).
 * It depends neither on the order of the tools nor on other tools, except on those that it collides with.
 */
export function modelToolNames(tools: readonly ServerTool[]): string[] {
  const plain = tools.map(plainName);
  const claims = new Map<string, number>();
  for (const name of plain) claims.set(name, (claims.get(name) ?? 0) + 1);

  const names: (string | undefined)[] = tools.map(() => undefined);
  const taken = new Set<string>();
  const claim = (index: number, name: string): void => {
    names[index] = name;
    taken.add(name);
  };
  plain.forEach((name, index) => {
    if (tools[index]?.bundled && !taken.has(name)) claim(index, name);
  });
  plain.forEach((name, index) => {
    if (names[index] === undefined && claims.get(name) === 1 && name.length <= MAX_NAME_LENGTH) claim(index, name);
  });
  return tools.map((tool, index) => {
    const name = names[index];
    if (name !== undefined) return name;
    const hashed = withHash(plain[index] ?? '', tool, taken);
    taken.add(hashed);
    return hashed;
  });
}

function plainName(tool: ServerTool): string {
  const name = `${cleanedName(tool.serverName)}_${cleanedName(tool.toolName)}`;
  // Google requires a letter or an underscore as the first character.
  return /^[a-zA-Z]/.test(name) ? name : `mcp_${name}`;
}

function withHash(name: string, tool: ServerTool, taken: ReadonlySet<string>): string {
  const stem = name.slice(0, MAX_NAME_LENGTH - HASH_LENGTH - 1);
  // The salt changes only when the hash is taken: with 36 bits that is very rare, unless a tool is listed twice.
  for (let salt = 0; ; salt++) {
    const candidate = `${stem}_${shortHash(`${tool.serverId}\n${tool.toolName}\n${salt}`)}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** The part of a model's name for a tool that comes from its server, or from the tool itself. */
export function cleanedName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]+/g, '_').replace(/^_+|_+$/g, '') || 'x';
}

/** Two lanes of FNV-1a in base 36. The hash is not cryptographic: it only distinguishes names. */
function shortHash(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  const mixed = ((high ^ (low >>> 13)) >>> 0) * 4294967296 + (low >>> 0);
  return mixed.toString(36).padStart(HASH_LENGTH, '0').slice(-HASH_LENGTH);
}

/** The names under which a tool is known. */
export interface ToolNames {
  /** `server/tool`. */
  readonly qualified: string;
  /** The name that its server gives it. Undefined where that name could be taken for a tool of another server. */
  readonly own: string | undefined;
  /** The name by which models call it. */
  readonly model: string;
}
