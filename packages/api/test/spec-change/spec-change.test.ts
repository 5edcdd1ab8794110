/**
 * A change of the spec as CONTRIBUTING.md describes it: edit openapi.yaml and run `generate`. Then everything carries the
 * change, or fails with the reason. All of it happens in a copy of the repository.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Copy, copyRepository, type Ended } from './copy.ts';
import { addFields, additions, addValue } from './edits.ts';

/** Milliseconds for one step. It takes seconds on an idle machine, and much longer beside other work. */
const timeout = 240_000;
const done: Ended = { ok: true, output: '' };

let copy: Copy;
const makeCopy = async () => {
  copy = await copyRepository();
};
const removeCopy = () => copy[Symbol.asyncDispose]();
const generate = () => copy.node('spec', 'generate.ts');
const build = () => copy.command('packages/api', 'tsdown', '--logLevel', 'warn');
const compile = (workspace: string) => copy.command(workspace, 'typescript', '-p', '.');

const fields = { passId: 'P1', userId: 'U1', status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
const update = { ...fields, merchantId: 'M1' };
const bill = {
  ...{ userId: 'U1', billNo: 'B1', payTime: '2024-05-22T06:42:21+08:00', pointsProvider: 'ALIPAYHK' },
  orderAmount: { currency: 'HKD', value: '12050' },
};

describe('new fields and a lower limit', () => {
  beforeAll(async () => {
    await makeCopy();
    await copy.edit(addFields);
    expect(await generate()).toEqual(done);
    expect(await build()).toEqual({ ok: true, output: expect.any(String) });
  }, timeout);
  afterAll(removeCopy);

  test('pass redocly lint and check.ts', { timeout }, async () => {
    expect(await copy.command('spec', '@redocly/cli', 'lint')).toEqual({ ok: true, output: expect.any(String) });
    expect(await copy.node('spec', 'check.ts')).toEqual(done);
  });

  test.each(['packages/api', 'apps/outbox', 'user'])('compile in %s', { timeout }, async (workspace) => {
    expect(await compile(workspace)).toEqual(done);
  });

  test('reach the gateway and the webhooks unchanged', { timeout }, async () => {
    const calls = Object.entries(additions).flatMap(([name, { fits }]) =>
      fits.flatMap((value): Call[] => [
        ['client', { ...update, [name]: value }],
        ['gateway', { ...update, [name]: value }],
        ['notifyBill', { ...bill, [name]: value }],
      ]),
    );
    calls.push(['createMembercard', { userId: 'U1', mobileNo: '1', invitation: '🎫🎫' }]);
    expect(await outcomesOf(calls)).toEqual(calls.map(([kind, received]) => ({ kind, received })));
  });

  test('are refused by client, gateway and webhooks when a value does not fit', { timeout }, async () => {
    const cases: [Call, { path: string; message: string }][] = Object.entries(additions).flatMap(
      ([name, { refused }]) =>
        refused.flatMap(([value, path, message]) => [
          [['client', { ...update, [name]: value }], { path, message }],
          [['gateway', { ...update, [name]: value }], { path, message }],
          [['notifyBill', { ...bill, [name]: value }], { path, message }],
        ]),
    );
    const long = { ...fields, merchantId: 'm'.repeat(21) };
    const tooLong = { path: 'merchantId', message: 'must have at most 20 characters' };
    cases.push([['client', long], tooLong], [['gateway', long], tooLong]);
    const wanted = { userId: 'U1', mobileNo: '1', invitation: '🎫' };
    cases.push([['createMembercard', wanted], { path: 'invitation', message: 'must have at least 2 characters' }]);
    const outcomes = await outcomesOf(cases.map(([call]) => call));
    expect(outcomes).toEqual(cases.map(([[kind], issue]) => ({ kind, issues: [issue] })));
  });

  test('are carried by the outbox', { timeout }, async () => {
    const all = Object.fromEntries(Object.entries(additions).map(([name, { fits }]) => [name, fits.at(-1)]));
    const given = { ...update, ...all, dataInfo: { level: 'gold', price: { cents: [1] } } };
    const { ok, output } = await copy.node('user', 'outbox.ts', given);
    expect({ ok, sent: ok ? JSON.parse(output) : output }).toEqual({ ok: true, sent: given });
  });

  test('stay within every size budget', { timeout }, async () => {
    expect(await copy.node('apps/benchmarks', 'src/size.ts')).toEqual({ ok: true, output: expect.any(String) });
  });
});

describe('a new value of an enum', () => {
  beforeAll(makeCopy, timeout);
  afterAll(removeCopy);

  test('of status or updateDetailType does not compile in the outbox', { timeout }, async () => {
    await copy.edit((spec) => {
      addValue(spec, 'UpdatePassFields', 'status', 'FROZEN');
      addValue(spec, 'UpdatePassFields', 'updateDetailType', 'UPDATE_NAME');
    });
    expect(await generate()).toEqual(done);
    expect(await build()).toEqual({ ok: true, output: expect.any(String) });
    const { ok, output } = await compile('apps/outbox');
    expect(ok).toBe(false);
    expect(output).toMatch(/FROZEN.*'Record<"CLOSED" \| "FROZEN" \| "UPDATE", boolean>'/);
    expect(output).toContain('"UPDATE_NAME"');
  });

  test('of resultStatus does not compile in the client', { timeout }, async () => {
    await copy.edit((spec) => addValue(spec, 'ResultInfo', 'resultStatus', 'P'));
    expect(await generate()).toEqual(done);
    const { ok, output } = await compile('packages/api');
    expect(ok).toBe(false);
    expect(output).toContain(`'"P"'`);
  });
});

describe('generated code', () => {
  beforeAll(makeCopy, timeout);
  afterAll(removeCopy);
  const schemas = () => readFile(join(copy.dir, 'packages/api/src/generated/schemas.ts'), 'utf8');

  test('makes check.ts fail when it is older than the contract', { timeout }, async () => {
    await copy.edit((spec) => spec.setIn(['components', 'schemas', 'TracerId', 'maxLength'], 5));
    const { ok, output } = await copy.node('spec', 'check.ts');
    expect(ok).toBe(false);
    expect(output).toMatch(/^schemas.ts: out of date with openapi.yaml; run pnpm generate\n$/);
  });

  test('stays as it is when generate refuses the contract with a path and a reason', {
    timeout,
  }, async () => {
    await copy.edit((spec) =>
      spec.setIn(['components', 'schemas', 'TracerId', 'type'], spec.createNode(['string', 'null'])),
    );
    await copy.edit((spec) => spec.setIn(['components', 'schemas', 'TracerId', 'enum'], spec.createNode(['a'])));
    const before = await schemas();
    expect(await generate()).toEqual({
      ok: false,
      output: 'openapi.yaml#/components/schemas/TracerId/maxLength: not supported for enum; expected type or enum\n',
    });
    expect(await schemas()).toBe(before);
  });
});

type Call = [kind: string, body: object];

/** The outcome of each call: the body that the other end received, or the issues. */
async function outcomesOf(calls: Call[]): Promise<unknown> {
  const { ok, output } = await copy.node('user', 'messages.ts', calls);
  expect({ ok, output }).toEqual({ ok: true, output: expect.anything() });
  return JSON.parse(output);
}
