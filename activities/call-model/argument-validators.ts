import { type ArgumentValidator, createArgumentValidator } from '../../domain/json-schema.ts';
import type { CatalogTool } from '../../mcp/tool-catalog.ts';

/** Validators are compiled once for each definition: compiling costs a hundred times what checking does. */
export interface ArgumentValidators {
  of(tool: CatalogTool): ArgumentValidator;
}

const KEPT_VALIDATORS = 512;

export function createArgumentValidators(): ArgumentValidators {
  const byHash = new Map<string, ArgumentValidator>();
  return {
    of(tool) {
      const known = byHash.get(tool.hash);
      if (known !== undefined) return known;
      if (byHash.size >= KEPT_VALIDATORS) byHash.clear();
      const validator = createArgumentValidator(tool.inputSchema);
      byHash.set(tool.hash, validator);
      return validator;
    },
  };
}
