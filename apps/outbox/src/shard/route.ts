/** Which shard a pass, a member or a batch belongs to. */

/** FNV-1a of the text's UTF-8 bytes, mixed so that every bit counts; 32 bits. */
export function routeOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(id)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** The number of the shard, from 0 on. */
export function shardOf(id: string, shards: number): number {
  return routeOf(id) % shards;
}
