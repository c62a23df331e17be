export type { ReceivedSpan } from './receiving/received-span.ts';
export {
  startSpanReceiver,
  type SpanReceiver,
  type SpanReceiverOptions,
} from './receiving/span-receiver.ts';
export { spanTree, type SpanNode } from './receiving/span-tree.ts';
