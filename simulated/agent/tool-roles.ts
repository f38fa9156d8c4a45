import { isRecord, type OfferedTool } from '../conversation.ts';

/** The uses that the agent has for tools. */
export type ToolRole = 'list' | 'search' | 'read' | 'write' | 'note' | 'recall';

const roleNames: Readonly<Record<ToolRole, RegExp>> = {
  list: /(^|_)workspace_list$/,
  search: /(^|_)(workspace|web)_search$/,
  read: /(^|_)workspace_read$/,
  write: /(^|_)workspace_write$/,
  note: /(^|_)memory_append$/,
  recall: /(^|_)memory_search$/,
};

export function playsRole(toolName: string, role: ToolRole): boolean {
  return roleNames[role].test(toolName.toLowerCase().replace(/[^a-z0-9]+/g, '_'));
}

export function toolFor(role: ToolRole, tools: readonly OfferedTool[]): OfferedTool | undefined {
  return tools.find((tool) => playsRole(tool.name, role));
}

export function hasAnyRole(toolName: string): boolean {
  // The keys of a Record<ToolRole, …> are roles.
  return (Object.keys(roleNames) as ToolRole[]).some((role) => playsRole(toolName, role));
}

const otherNames: Readonly<Record<string, readonly string[]>> = {
  query: ['q', 'text', 'pattern', 'term'],
  name: ['path', 'file', 'filename', 'key'],
  content: ['text', 'body', 'data'],
  fact: ['text', 'content', 'memory'],
};

/** Puts the wanted values into the properties that the tool's schema has. Other required properties get a plain value. */
export function argumentsFor(tool: OfferedTool, wanted: Readonly<Record<string, string>>): Record<string, unknown> {
  const properties = propertiesOf(tool);
  const names = Object.keys(properties);
  if (names.length === 0) return { ...wanted };
  const args: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(wanted)) {
    const strings = names.filter((name) => typeOf(properties[name]) === 'string' && !(name in args));
    const target =
      [key, ...(otherNames[key] ?? [])].find((name) => name in properties && !(name in args)) ?? strings[0];
    if (target !== undefined) args[target] = value;
  }
  for (const name of requiredOf(tool)) {
    if (!(name in args)) args[name] = plainValue(properties[name]);
  }
  return args;
}

/** True when every argument has the type that the schema names. Only the top level is checked. */
export function fitsSchema(tool: OfferedTool, args: Readonly<Record<string, unknown>> | undefined): boolean {
  if (args === undefined) return false;
  const properties = propertiesOf(tool);
  return Object.entries(args).every(([name, value]) => {
    const type = typeOf(properties[name]);
    if (type === 'string' || type === 'boolean') return typeof value === type;
    if (type === 'number' || type === 'integer') return typeof value === 'number';
    if (type === 'array') return Array.isArray(value);
    return true;
  });
}

export function propertiesOf(tool: OfferedTool): Record<string, unknown> {
  return isRecord(tool.inputSchema.properties) ? tool.inputSchema.properties : {};
}

export function requiredOf(tool: OfferedTool): string[] {
  const required = tool.inputSchema.required;
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
}

/** The JSON type of a property in lower case: Google's dialect writes types in capitals. */
export function typeOf(schema: unknown): string | undefined {
  if (!isRecord(schema)) return undefined;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  return typeof type === 'string' ? type.toLowerCase() : undefined;
}

/** Some value that the schema accepts. */
export function plainValue(schema: unknown): unknown {
  if (isRecord(schema)) {
    if ('default' in schema) return schema.default;
    if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  }
  switch (typeOf(schema)) {
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return '';
  }
}
