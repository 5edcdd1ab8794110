// What is not about a line stops an import: keys, Client-Id, console or clock. Before the ledger of the real sandbox.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientId, done, startGateway } from './gateway.ts';
import { lines, ndjson } from './import-lines.ts';
import { folderWithKeys, keys, newPair, pem } from './keys.ts';
import { type Ledger, startLedger } from './ledger.ts';
import { run, runtimes } from './runtimes.ts';

const owner = { userId: 'U1', merchantId: '2160400000000001' };
const passes = 5;
const count = 100;
const concurrency = 3;
const args = ['import', 'in.ndjson', '--rate', '0', '--backoff', '5', '--concurrency', String(concurrency)];
const wrong = newPair();

async function start(): Promise<{ ledger: Ledger; cwd: string }> {
  const owned = Array.from({ length: passes }, (_, index) => ({ ...owner, passId: String(index) }));
  const ledger = await startLedger(keys, owned, 1000);
  const cwd = folderWithKeys({ gatewayUrl: ledger.url });
  writeFileSync(join(cwd, 'wrong.pem'), pem(wrong.privateKey), { mode: 0o600 });
  writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(count, passes)));
  return { ledger, cwd };
}

/** Lines of which the journal says that they are not sent again. */
function finished(cwd: string): number[] {
  const [, ...entries] = readFileSync(join(cwd, 'in.ndjson.journal'), 'utf8').trimEnd().split('\n');
  const outcomes = entries.map((line) => JSON.parse(line) as { outcome: string; lines: number[] });
  return outcomes.flatMap((each) => (each.outcome === 'U' ? [] : each.lines));
}

/** Every pass got every state, and never an older one after a newer one. */
async function expectInOrder({ applied, points }: Ledger): Promise<void> {
  const byPass = Map.groupBy(await applied(), ({ passId }) => passId);
  const shown = await points();
  expect(byPass.size).toBe(passes);
  for (const [passId, entries] of byPass) {
    const states = entries.map(({ update }) => Number(update?.dataInfo?.points));
    expect(states, `pass ${passId}`).toEqual(states.toSorted((a, b) => a - b));
    const expected = Array.from({ length: count / passes }, (_, turn) => Number(passId) + turn * passes);
    expect([...new Set(states)], `pass ${passId}`).toEqual(expected);
    expect(shown.get(passId ?? '')).toBe(expected.at(-1));
  }
}

const advice =
  'nothing more was sent, because every line would get this; check keys, Client-Id and clock with alipayhk-pass doctor, then run the same command again to go on\n';

describe.each(runtimes)('import on $name', (runtime) => {
  it.each([
    ['line by line', []],
    ['coalesced', ['--coalesce']],
  ])('stops with 3 for a wrong key, and goes on from there with the right one, %s', async (_, more) => {
    const { ledger, cwd } = await start();
    const stopped = await run([...args, ...more, '--private-key', 'wrong.pem', '--json'], { cwd, runtime });
    expect(stopped.code).toBe(3);
    expect(stopped.stderr).toMatch(
      /^alipayhk-pass: the result is F \(INVALID_SIGNATURE\); expected S \(line \d+, Tracer-Id \S+\); nothing more /,
    );
    expect(stopped.stderr.endsWith(advice)).toBe(true);
    const [printed = ''] = stopped.stdout.split('\n');
    expect(JSON.parse(printed)).toMatchObject({ done: 0, refused: 0, unknown: 0, stopped: 'refused' });
    expect(ledger.replied()).toBeLessThanOrEqual(concurrency);
    expect(finished(cwd)).toEqual([]);
    expect(await run(args, { cwd, runtime })).toMatchObject({ code: 0, stdout: `${count} done\n`, stderr: '' });
    await expectInOrder(ledger);
  });

  it('stops with 3 when the console gets another key meanwhile, and goes on once that is undone', async () => {
    const { ledger, cwd } = await start();
    const register = (publicKey: string) => ledger.admin.setMerchant({ clientId, keys: [{ publicKey }] });
    const running = run([...args, '--json'], { cwd, runtime });
    while (ledger.replied() < count / 3) await new Promise((resolve) => setTimeout(resolve, 1));
    await register(pem(wrong.publicKey));
    const stopped = await running;
    expect(stopped).toMatchObject({ code: 3, stderr: expect.stringContaining('(INVALID_SIGNATURE)') });
    const applied = (await ledger.applied()).length;
    expect(applied).toBeLessThan(count);
    expect(finished(cwd)).toHaveLength(applied);
    await register(pem(keys.merchant.publicKey));
    const rest = await run(args, { cwd, runtime });
    expect(rest).toMatchObject({ code: 0, stderr: '' });
    expect(rest.stdout).toBe(`${count - applied} done, ${applied} done before\n`);
    await expectInOrder(ledger);
    expect(await ledger.applied()).toHaveLength(count); // nothing was sent twice
  });

  it.each([
    ['signed-by-another-key', 'the signature does not verify'],
    ['tampered-body', 'the signature does not verify'],
    ['unsigned-S', 'the response is not signed'],
    ['response-time-behind', 'Response-Time is'],
  ])('stops with 5 for the fault %s, and sends the line again in its turn', async (name, text) => {
    const { ledger, cwd } = await start();
    await ledger.admin.addFault({ name, passId: '2', times: 1 });
    const stopped = await run(args, { cwd, runtime });
    expect(stopped.code).toBe(5);
    expect(stopped.stderr).toContain(`alipayhk-pass: ${text}`);
    expect(stopped.stderr.endsWith(advice)).toBe(true);
    expect(stopped.stderr).toContain('(line 3, Tracer-Id ');
    expect(finished(cwd)).not.toContain(3);
    expect(finished(cwd).length).toBeLessThan(count);
    expect(await run(args, { cwd, runtime })).toMatchObject({ code: 0, stderr: '' });
    await expectInOrder(ledger);
  });
});

describe('import', () => {
  it.each(['INVALID_SIGNATURE', 'INVALID_CLIENT', 'KEY_NOT_FOUND', 'ACCESS_DENIED'])(
    'stops with 3 for F with %s after what is under way, and writes down neither',
    async (resultCode) => {
      let isRefused = true;
      const { promise: underWay, resolve } = Promise.withResolvers<void>();
      const refused = { resultCode, resultStatus: 'F', resultMessage: '' } as const;
      const { url, updates } = await startGateway(keys, {
        handler: async ({ passId }) => {
          // The refusal comes once the other request is under way, and that one is done after it.
          if (passId === '1') resolve();
          else await underWay;
          return passId === '0' && isRefused ? refused : done;
        },
      });
      const cwd = folderWithKeys({ gatewayUrl: url });
      writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(20, 2)));
      const stopped = await run([...args.slice(0, -1), '2'], { cwd });
      expect(stopped).toMatchObject({
        code: 3,
        stderr: expect.stringContaining(`(${resultCode}); expected S (line 1,`),
      });
      expect(finished(cwd)).not.toContain(1);
      expect(finished(cwd)).toHaveLength(updates.length);
      isRefused = false;
      expect((await run(args, { cwd })).code).toBe(0);
      expect(updates).toHaveLength(20);
    },
  );

  it('goes on after F that is about the line', async () => {
    const { ledger, cwd } = await start();
    await ledger.admin.addFault({ name: 'USER_NOT_EXSITS', passId: '2', times: 1 });
    const ended = await run(args, { cwd });
    expect(ended).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`${count - 1} done, 1 refused`),
      stderr: '',
    });
  });
});
