/** Whether all contenders do the same work, and what a second message with the same keys costs in imports. */
import { ours } from './contenders/ours.ts';
import { openUpdate, sealReply } from './gateway.ts';
import { contenders } from './jobs.ts';
import { bodies, clientId, httpUri, time, url } from './messages.ts';

const parts = { method: 'POST', httpUri, clientId, time, body: bodies['640 B'] };

/** What a contender does otherwise than ours or refuses to do, in words; by contender and job. */
export async function problems(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const expected = await (await ours()).sign(parts);
  const plainReply = await sealReply(parts.body, false);
  for (const [name, create] of Object.entries(contenders)) {
    const contender = await create();
    const expect = async (job: string, check: () => Promise<boolean>): Promise<void> => {
      const problem = await check().then(
        (agrees) => (agrees ? undefined : 'another result'),
        (error: unknown) => String(error),
      );
      if (problem !== undefined) found[`${name}: ${job}`] = problem;
    };
    await expect('sign', async () => (await contender.sign(parts)) === expected);
    await expect('verify', async () => Boolean(await contender.verify(parts, plainReply.headers.signature ?? '')));
    await expect('refuse what was altered', async () => {
      const altered = { ...parts, clientId: 'another' };
      return !(await contender.verify(altered, plainReply.headers.signature ?? '').catch(() => false));
    });
    for (const [size, plain] of Object.entries(bodies)) {
      await expect(`seal ${size}`, async () => {
        const sealed = await contender.seal(new Request(url, { method: 'POST', body: plain }));
        return equal(await openUpdate(sealed), plain);
      });
      await expect(`open ${size}`, async () => {
        const { headers, body } = await sealReply(plain, true);
        return equal(await contender.open(new Response(body, { headers })), plain);
      });
    }
  }
  return found;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** How often a first and a second message, each sealed and opened, import an RSA key, once both keys are handles. */
export async function rsaImports(): Promise<[first: number, second: number]> {
  let count = 0;
  const subtle = counting(crypto.subtle, (name, args) => {
    if (name === 'importKey' && JSON.stringify(args[2]).includes('RSA')) count++;
  });
  const contender = await ours(counting(crypto, () => undefined, { subtle }));
  const message = async (): Promise<number> => {
    const before = count;
    await contender.seal(new Request(url, { method: 'POST', body: bodies['640 B'] }));
    const { headers, body } = await sealReply(bodies['640 B'], true);
    await contender.open(new Response(body, { headers }));
    return count - before;
  };
  if (count !== 2)
    throw new Error(`expected the two keys to be imported through the injected crypto, received ${count}`);
  return [await message(), await message()];
}

/** The same object, with its method calls reported and some of its properties replaced. */
function counting<T extends object>(
  target: T,
  onCall: (name: PropertyKey, args: unknown[]) => void,
  replaced: Partial<T> = {},
): T {
  return new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(replaced, name)) return replaced[name as keyof T];
      const value: unknown = Reflect.get(target, name, target); // with the target as `this`, which is checked
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        onCall(name, args);
        return Reflect.apply(value, target, args);
      };
    },
  });
}
