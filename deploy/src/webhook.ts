import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** An alert as Alertmanager sends it. */
export interface SentAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A receiver of alerts on loopback. */
export interface Webhook {
  readonly url: string;
  /** All alerts received so far. */
  readonly alerts: readonly SentAlert[];
  /** `received` follows each alert. */
  readonly events: EventEmitter<{ received: [SentAlert] }>;
  close(this: void): Promise<void>;
}

/** Starts a receiver of the alerts that Alertmanager sends. */
export async function startWebhook(): Promise<Webhook> {
  const alerts: SentAlert[] = [];
  const events = new EventEmitter<{ received: [SentAlert] }>();
  const server = createServer((request, response) => {
    alertsIn(request).then(
      (received) => {
        response.end();
        alerts.push(...received);
        for (const alert of received) events.emit('received', alert);
      },
      () => response.writeHead(400).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, alerts, events, close };
}

/** Alertmanager sends a group of alerts (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). */
async function alertsIn(request: IncomingMessage): Promise<readonly SentAlert[]> {
  const { alerts } = (await json(request)) as { readonly alerts?: readonly SentAlert[] };
  if (!Array.isArray(alerts)) throw new TypeError('The request contains no alerts');
  return alerts as readonly SentAlert[];
}
