import type { Node } from './node.ts';

type Address = [host: string, port: number, ...facts: unknown[]];
export type SlotRange = [low: number, high: number, primary: Address, ...replicas: Address[]];

/** Who has which slots, as one node sees it. */
export async function slotRanges(node: Node | undefined): Promise<SlotRange[]> {
  return (await node?.send('CLUSTER', 'SLOTS')) as SlotRange[];
}

/** Throws RangeError for an address that is none of the nodes'. */
export function nodeAt(nodes: readonly Node[], address: Address | undefined): Node {
  const node = nodes.find(({ port }) => port === address?.[1]);
  if (!node) throw new RangeError(`No node on port ${String(address?.[1])}`);
  return node;
}
