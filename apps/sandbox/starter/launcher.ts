/**
 * Notices when npx or pnpm is gone. npx ends on SIGTERM, and so does the shell between it and pnpm, which does not pass
 * the signal on: whatever runs under pnpm would go on for ever.
 */
import { environmentOf, parentOf } from '@alipayhk-pass/harness/processes';

/** npm and pnpm set it for whatever they start. */
const variable = 'npm_execpath=';
/** How often it looks, in milliseconds. */
const pause = 500;

/**
 * Waits until one of the processes has ended through which npx or pnpm started this one: then the one that it started has
 * another parent. What started npx may end before it.
 *
 * @returns the process id of the one that has ended; never where neither npx nor pnpm started this process
 */
export async function untilLauncherEnds(): Promise<number> {
  const links = linksFrom(process.pid);
  if (links.length === 0) return new Promise(() => undefined);
  for (;;) {
    const broken = links.find(({ child, parent }) => parentOf(child) !== parent);
    if (broken) return broken.parent;
    await new Promise((resolve) => setTimeout(resolve, pause).unref());
  }
}

interface Link {
  child: number;
  parent: number;
}

/** Up to the first process that npm or pnpm did not start, or that belongs to another user: that one is npx or pnpm. */
function linksFrom(child: number): Link[] {
  if (!environmentOf(child).includes(variable)) return [];
  const parent = parentOf(child);
  if (!parent) return [];
  return [{ child, parent }, ...linksFrom(parent)];
}
