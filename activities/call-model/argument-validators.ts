import { LRUCache } from 'lru-cache';
import { type ArgumentValidator, createArgumentValidator } from '../../domain/json-schema.ts';
import type { CatalogTool } from '../../mcp/listing/tool-catalog.ts';

/** Compiles one validator for each definition of a tool: compiling costs a hundred times what checking does. */
export interface ArgumentValidators {
  of(tool: CatalogTool): ArgumentValidator;
}

const KEPT_VALIDATORS = 512;

export function createArgumentValidators(): ArgumentValidators {
  const byHash = new LRUCache<string, ArgumentValidator>({ max: KEPT_VALIDATORS });
  return {
    of(tool) {
      const known = byHash.get(tool.hash);
      if (known !== undefined) return known;
      const validator = createArgumentValidator(tool.inputSchema);
      byHash.set(tool.hash, validator);
      return validator;
    },
  };
}
