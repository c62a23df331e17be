import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { HealthAddressError } from './health-address-error.ts';
import type { HttpSettings } from './service-settings.ts';

/** Address to listen on, and the prefix of the variables that set it. */
export interface ListenOptions {
  readonly settings: Pick<HttpSettings, 'httpHost' | 'httpPort'>;
  readonly envPrefix: string;
}

/** Listens on the configured address and returns its URL. Throws HealthAddressError. */
export async function listen(
  app: FastifyInstance,
  { settings: { httpHost: host, httpPort: port }, envPrefix }: ListenOptions,
): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw new HealthAddressError({ host, port, envPrefix, cause });
  }
  const { port: taken } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
}
