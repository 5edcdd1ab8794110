/** The two assertions that the cases need: `node:assert` is not in every runtime. */

/** Strictly equal; objects and lists are compared as JSON. */
export function equal(actual: unknown, expected: unknown): void {
  const [received, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  if (received !== wanted) throw new Error(`expected ${wanted}, received ${received}`);
}

/** The error that `run` ends in. */
export async function errorOf(run: () => Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`expected an Error, received ${typeof error}`);
  }
  throw new Error('expected an error, received none');
}
