/** As much of Deno and Bun as their runners use. */
declare const Deno: {
  version: { deno: string };
  test: ((name: string, run: () => Promise<void>) => void) & { afterAll(run: () => void): void };
};

declare const Bun: { version: string };

declare module 'bun:test' {
  export function test(name: string, run: () => Promise<void>): void;
  export function afterAll(run: () => void): void;
}
