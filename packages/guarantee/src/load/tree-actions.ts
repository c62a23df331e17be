import { defineAction } from '@nooble/models';
import { z } from 'zod';

/** An action of a tree waits until it is aborted. Each level has its own domain, and sends the next level. */
const data = z.object({ tree: z.string() });

export const TREE_LEVELS = [
  defineAction('tree-1.wait', { data }),
  defineAction('tree-2.wait', { data }),
  defineAction('tree-3.wait', { data }),
] as const;

/** Number of actions that an action of the first level sends; those of the second send one each. */
export const BRANCHES = 2;
/** Number of actions of a tree. */
export const TREE_SIZE = 1 + 2 * BRANCHES;

export const TREE_TENANT = { tenantId: 'grove', tenantTier: 'enterprise' } as const;
