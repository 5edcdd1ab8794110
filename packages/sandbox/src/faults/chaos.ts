/** What chaos draws: a function of seed and count alone, so that a run can be repeated. */

/**
 * The name drawn for one request, or none.
 *
 * @param draws.rate - the share of requests that get a fault, 0 to 1
 * @param draws.count - which request this is, from 1
 */
export async function draw({
  seed,
  rate,
  of,
  count,
}: {
  seed: string;
  rate: number;
  of: string[];
  count: number;
}): Promise<string | undefined> {
  // Two numbers of 32 bits from a digest: the first decides whether there is a fault, the second which.
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${count}.${seed}`));
  const [whether = 0, which = 0] = new Uint32Array(digest);
  return whether / 2 ** 32 < rate ? of[which % of.length] : undefined;
}
