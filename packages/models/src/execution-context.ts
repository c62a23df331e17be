import { z } from 'zod';
import { newId } from './ids.ts';
import { NAME_PATTERNS } from './names.ts';
import { TIERS, type Tier } from './tiers.ts';
import { wellFormed } from './well-formed.ts';

/** Kinds of execution contexts. */
export const CONTEXT_TYPES = ['agent', 'workflow', 'collection'] as const;
/** Kind of an execution context. */
export type ContextType = (typeof CONTEXT_TYPES)[number];

/** The agents and collections that an action works with, on behalf of a tenant. */
export interface ExecutionContext {
  readonly contextId: string;
  readonly contextType: ContextType;
  readonly tenantId: string;
  readonly tenantTier: Tier;
  readonly primaryAgentId?: string;
  readonly agents: readonly string[];
  readonly collections: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
}

/** Fields of a new context. */
export interface ContextInput {
  readonly tenantId: string;
  readonly tenantTier: Tier;
  /** @default a new id */
  readonly contextId?: string;
  readonly agents?: readonly string[];
  readonly collections?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Creates the context of a single agent, which is also added to `agents`. */
export function createAgentContext(input: ContextInput & { agentId: string }): ExecutionContext {
  const { agentId, agents = [], ...rest } = input;
  const context = createContext('agent', { ...rest, agents: withFirst(agentId, agents) });
  return Object.freeze({ ...context, primaryAgentId: agentId });
}

/** Creates the context of several agents that work together, optionally led by `primaryAgentId`. */
export function createWorkflowContext(
  input: ContextInput & { agents: readonly string[]; primaryAgentId?: string },
): ExecutionContext {
  const { primaryAgentId, ...rest } = input;
  const context = createContext('workflow', rest);
  return primaryAgentId === undefined ? context : Object.freeze({ ...context, primaryAgentId });
}

/** Creates the context of work on collections, without agents. */
export function createCollectionContext(
  input: ContextInput & { collections: readonly string[] },
): ExecutionContext {
  return createContext('collection', input);
}

/** Wire form of a context. Unknown fields are kept when the action is passed on. */
export const executionContextSchema = z.looseObject({
  context_id: wellFormed(z.string().min(1).max(128)),
  context_type: z.enum(CONTEXT_TYPES),
  tenant_id: z.string().regex(NAME_PATTERNS.tenantId),
  tenant_tier: z.enum(TIERS),
  primary_agent_id: wellFormed(z.string().min(1)).optional(),
  agents: z.array(wellFormed(z.string())),
  collections: z.array(wellFormed(z.string())),
  metadata: z.record(z.string(), z.unknown()),
  created_at: z.iso.datetime(),
});

type WireContext = z.infer<typeof executionContextSchema>;

/** Converts a context to snake_case for the wire, without validation. */
export function contextToWire(context: ExecutionContext): object {
  const { contextId, contextType, tenantId, tenantTier, primaryAgentId, createdAt, ...rest } =
    context;
  return {
    ...rest,
    context_id: contextId,
    context_type: contextType,
    tenant_id: tenantId,
    tenant_tier: tenantTier,
    ...(primaryAgentId !== undefined && { primary_agent_id: primaryAgentId }),
    created_at: createdAt,
  };
}

/** Converts a wire context to camelCase; unknown fields keep their names. */
export function contextFromWire(wire: WireContext): ExecutionContext {
  const {
    context_id,
    context_type,
    tenant_id,
    tenant_tier,
    primary_agent_id,
    created_at,
    ...rest
  } = wire;
  return {
    ...rest,
    contextId: context_id,
    contextType: context_type,
    tenantId: tenant_id,
    tenantTier: tenant_tier,
    ...(primary_agent_id !== undefined && { primaryAgentId: primary_agent_id }),
    createdAt: created_at,
  };
}

function createContext(contextType: ContextType, input: ContextInput): ExecutionContext {
  return Object.freeze({
    contextId: input.contextId ?? newId(),
    contextType,
    tenantId: input.tenantId,
    tenantTier: input.tenantTier,
    agents: [...(input.agents ?? [])],
    collections: [...(input.collections ?? [])],
    metadata: { ...input.metadata },
    createdAt: new Date().toISOString(),
  });
}

function withFirst(first: string, others: readonly string[]): readonly string[] {
  return [first, ...others.filter((each) => each !== first)];
}
