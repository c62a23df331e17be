import fc from 'fast-check';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';
import { tenantName } from '../tenants.ts';

const admission = fc.constantFrom(false, false, true);

export const pause: fc.Arbitrary<ProtocolCommand> = fc
  .tuple(fc.option(tenantName, { nil: undefined }), fc.constantFrom(true, false, false), admission)
  .map(([tenant, paused, admission]) =>
    commandOf({
      text: `${paused ? 'pause' : 'resume'} ${tenant ?? 'the domain'}${paused && admission ? ' and its admission' : ''}`,
      act: async (stage) => setPaused(stage, tenant, { paused, admission }),
    }),
  );

/** Pauses a tenant, or the domain if none is given. */
export async function setPaused(
  { model, world }: Pick<Stage, 'model' | 'world'>,
  tenant: string | undefined,
  { paused, admission }: { paused: boolean; admission: boolean },
): Promise<void> {
  const refusesToo = admission ? 'admission' : 'serving';
  if (tenant === undefined) model.setDomainPaused(paused ? refusesToo : false);
  else model.setTenantPaused(tenant, { paused, admission });
  const target = { domain: 'embedding', ...(tenant !== undefined && { tenantId: tenant }) };
  if (paused) await world.queues.pause(target, { admission });
  else await world.queues.resume(target);
}
