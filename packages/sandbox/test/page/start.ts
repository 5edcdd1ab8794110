/** Starts one sandbox for all tests of the page. */
import type { TestProject } from 'vitest/node';
import type { ReadyMerchant } from '../../src/index.ts';
import { absence } from './chromium.ts';
import { ready, serveSandbox } from './serve.ts';

declare module 'vitest' {
  interface ProvidedContext {
    sandbox: ReadyMerchant & { url: string };
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (absence !== undefined) return undefined;
  const { url, close } = await serveSandbox();
  project.provide('sandbox', { ...ready, url });
  return close;
}
