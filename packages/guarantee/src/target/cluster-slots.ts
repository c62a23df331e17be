import type { Node } from './node.ts';

type Address = [host: string, port: number, ...facts: unknown[]];
type SlotRange = [low: number, high: number, primary: Address, ...replicas: Address[]];

/** Returns the owners of all slots, as known by one node. */
export async function slotRanges(node: Node | undefined): Promise<SlotRange[]> {
  return (await node?.send('CLUSTER', 'SLOTS')) as SlotRange[];
}

/** Returns the node with an address. Throws RangeError if there is none. */
export function nodeAt(nodes: readonly Node[], address: Address | undefined): Node {
  const node = nodes.find(({ port }) => port === address?.[1]);
  if (!node) throw new RangeError(`No node on port ${String(address?.[1])}`);
  return node;
}
