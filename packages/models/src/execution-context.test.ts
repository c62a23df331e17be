import { describe, expect, it } from 'vitest';
import {
  createAgentContext,
  createCollectionContext,
  createWorkflowContext,
} from './execution-context.ts';
import { domainActionJsonSchema } from './json-schema.ts';

const acme = { tenantId: 'acme', tenantTier: 'free' } as const;

describe('an execution context', () => {
  it('of an agent names it first among the agents', () => {
    const context = createAgentContext({ ...acme, agentId: 'a', agents: ['b', 'a'] });
    expect(context).toMatchObject({
      contextType: 'agent',
      primaryAgentId: 'a',
      agents: ['a', 'b'],
    });
  });

  it('of a workflow may have a leading agent', () => {
    const led = createWorkflowContext({ ...acme, agents: ['a', 'b'], primaryAgentId: 'b' });
    expect(led).toMatchObject({ contextType: 'workflow', primaryAgentId: 'b' });
    expect(createWorkflowContext({ ...acme, agents: ['a'] })).not.toHaveProperty('primaryAgentId');
  });

  it('of collections has no agent', () => {
    const context = createCollectionContext({ ...acme, collections: ['docs'], contextId: 'c' });
    expect(context).toMatchObject({ contextId: 'c', contextType: 'collection', agents: [] });
  });
});

describe('the JSON Schema of an action', () => {
  it('requires what every envelope has and allows what it does not know', () => {
    expect(domainActionJsonSchema['required']).toEqual(
      expect.arrayContaining(['v', 'action_id', 'action_type', 'task_id', 'tenant_id', 'metadata']),
    );
    expect(domainActionJsonSchema['additionalProperties']).toBe(true);
  });
});
