import { z } from 'zod';
import { envelopeSchema } from './envelope-check.ts';
import { SESSION_SEQUENCE } from './sequence.ts';

/** JSON Schema (2020-12) of the envelope on the wire, for services in other languages. */
export const domainActionJsonSchema: Readonly<Record<string, unknown>> = Object.freeze({
  ...z.toJSONSchema(envelopeSchema, { io: 'input', unrepresentable: 'any' }),
  $id: 'urn:nooble:domain-action:1',
  title: 'DomainAction',
  description: 'A typed message from one service to a domain, version 1 of the envelope.',
  additionalProperties: true,
  anyOf: [
    { required: ['session_id'] },
    { not: { properties: { sequence: { const: SESSION_SEQUENCE } }, required: ['sequence'] } },
  ],
});
