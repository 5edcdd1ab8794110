/** Lists in pages, over all shards. */
import { beforeEach, expect, test, vi } from 'vitest';
import { send, update } from './caller.ts';
import { recordingGateway } from './gateway.ts';
import { untilState } from './shards.ts';

beforeEach(() => void vi.spyOn(console, 'log').mockReturnValue());

test('a page of a list goes on where the one before has ended, over all shards', async () => {
  await recordingGateway();
  const ids = Array.from({ length: 130 }, (_, n) => `page-${String(n).padStart(3, '0')}`);
  await send('POST', '/passes:batch', {
    body: ids.map((passId) => JSON.stringify({ ...update, passId, points: 1 })).join('\n'),
    headers: { 'Content-Type': 'application/x-ndjson' },
  });
  for (const passId of ids) await untilState(passId, 'delivered', 20_000);
  const found: string[] = [];
  for (let after = 'page'; ; ) {
    const { body } = await send('GET', `/passes?state=delivered&after=${after}`);
    const page = body.passes.map(({ passId }: { passId: string }) => passId);
    found.push(...page.filter((passId: string) => passId.startsWith('page-')));
    if (body.next === undefined || page.some((passId: string) => passId > 'page-999')) break;
    after = body.next;
  }
  expect(found).toEqual(ids);
}, 60_000);

test('a list has every pass once whatever characters its id has', async () => {
  await recordingGateway();
  // By UTF-16 units the second one comes first, by UTF-8 bytes the first one.
  const ids = ['\uff21', '\u{1f600}'].flatMap((character) =>
    Array.from({ length: 80 }, (_, n) => `unicode-${character}${n}`),
  );
  await send('POST', '/passes:batch', {
    body: ids.map((passId) => JSON.stringify({ ...update, passId, points: 1 })).join('\n'),
    headers: { 'Content-Type': 'application/x-ndjson' },
  });
  for (const passId of ids) await untilState(passId, 'delivered', 20_000);
  const found: string[] = [];
  for (let after: string | undefined = 'unicode-'; after !== undefined && found.length <= 2 * ids.length; ) {
    const { body } = await send('GET', `/passes?state=delivered&after=${encodeURIComponent(after)}`);
    found.push(...body.passes.map(({ passId }: { passId: string }) => passId));
    after = body.next;
  }
  expect(found.filter((passId) => passId.startsWith('unicode-')).sort()).toEqual([...ids].sort());
}, 60_000);
