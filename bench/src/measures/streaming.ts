import type { Commands, ListenInput } from '../commands.ts';
import { clearedPlace, type SampleContext } from '../sample-context.ts';
import type { ConversationName } from '../systems/conversation.ts';
import type { Place } from '../systems/system.ts';

/** Streams to read, and the address that both processes use instead of that of the server. */
export type Streaming = Omit<ListenInput, 'place'> & { readonly url?: string };

/** Times that a reader has measured, and the CPU time of Redis meanwhile (µs). */
export type Streamed = Commands['listen']['answer'] & { readonly cpuUs: number };

/** Reads streams in one process while another one emits them. */
export async function streamed(
  context: SampleContext,
  system: ConversationName,
  { url, ...how }: Streaming,
): Promise<Streamed> {
  const cleared = await clearedPlace(context, system);
  const place: Place = url === undefined ? cleared : { ...cleared, url };
  const [speaker, listener] = [
    context.processes.worker(system),
    context.processes.producer(system),
  ];
  await speaker.ask('speak', { place });
  const before = await context.server.cpuMicroseconds();
  const answer = await listener.ask('listen', { place, ...how });
  const cpuUs = (await context.server.cpuMicroseconds()) - before;
  await speaker.ask('finish', null);
  return { ...answer, cpuUs };
}
