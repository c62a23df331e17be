import { decodeAction, defineAction, encodeAction } from '@nooble/models';
import { z } from 'zod';

const generate = defineAction('embedding.generate', {
  data: z.object({ texts: z.array(z.string()) }),
  result: z.object({ embeddings: z.array(z.array(z.number())) }),
});

const action = generate.create({
  tenantId: 'acme',
  tenantTier: 'professional',
  data: { texts: ['hello'] },
  callbackQueue: 'query:acme:professional',
});

export const received = decodeAction(encodeAction(action));
