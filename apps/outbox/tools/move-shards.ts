/** Moves the passes of a deployed outbox to another number of shards, step by step. */
/** Milliseconds between two steps that move nothing: requests in flight have to end. */
const pause = 1_000;

/**
 * Moves step by step.
 *
 * @param onStep - gets how many rows a step moved
 * @throws Error when the outbox refuses
 */
export async function moveShards(
  { url, token, to }: { url: string; token: string; to: number },
  onStep: (moved: number) => void,
): Promise<void> {
  for (;;) {
    const response = await fetch(`${new URL(`/shards/move?to=${to}`, url)}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
    });
    const body = (await response.json()) as { moved: number; done: boolean };
    if (!response.ok) throw new Error(`received ${response.status} ${JSON.stringify(body)}`);
    onStep(body.moved);
    if (body.done) return;
    if (body.moved === 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
