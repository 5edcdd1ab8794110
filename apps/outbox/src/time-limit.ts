/** A limit to how long a call of another part of this Worker is waited for: none may keep deliveries up. */

/**
 * Settles as a promise does, if it does so in time. What is late goes on, but nobody hears of its end.
 *
 * @param limit - milliseconds
 * @throws TimeLimitExceeded
 */
export async function within<T>(limit: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitExceeded(limit)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer ?? null));
}

export class TimeLimitExceeded extends Error {
  constructor(limit: number) {
    super(`expected an end within ${limit} ms`);
  }
}
