/** What the documents say beside their code, held against its source. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as api from '@alipayhk-pass/api';
import * as core from '@alipayhk-pass/message-security';
import { describe, expect, test } from 'vitest';
import { app } from './packed.ts';

const read = (path: string): string => readFileSync(join(app, '../..', path), 'utf8');

test('README.md has at most 150 lines', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

describe('docs/errors.md', () => {
  const page = read('docs/errors.md');
  const codesOf = (text: string): string[] => Array.from(text.matchAll(/^\| `(\w+)`/gm), ([, code = '']) => code);
  const stages = {
    ...{ target: true, client: true, headers: true, body: true, signature: true, time: true, replay: true },
    ...{ decryption: true, contract: true, handler: true, sealing: true, connection: true, status: true, result: true },
  } satisfies Record<core.Stage, true>;

  test('has a row for each error that a client throws, and names those of a receiver', () => {
    const ofReceivers = ['BodyIncomplete', 'MessageReplayed'];
    const errors = Object.entries({ ...core, ...api }).filter(
      ([, value]) => typeof value === 'function' && value.prototype instanceof core.MessageError,
    );
    const expected = errors.map(([name]) => name).filter((name) => !ofReceivers.includes(name));
    expect(expected.length).toBeGreaterThan(10);
    expect([...new Set(codesOf(page))].sort()).toEqual(expected.sort());
    for (const code of ofReceivers) expect(page).toContain(`\`${code}\``);
  });

  test('names each stage, and no other in the table', () => {
    const [, list = ''] = /^## Stages\n(.*?)^## /ms.exec(page) ?? [];
    const named = Array.from(list.matchAll(/`(\w+)`/g), ([, stage]) => stage).filter((stage) => stage !== 'stage');
    expect(named).toEqual(Object.keys(stages));
    const cells = Array.from(page.matchAll(/^\| `\w+`.*?\| (.*?) \|/gm), ([, cell = '']) => cell);
    const inTable = cells.flatMap((cell) => cell.replaceAll('`', '').split(', '));
    expect(inTable.filter((stage) => !(stage in stages))).toEqual([]);
  });
});

test('the figures of docs/performance.md are those of RESULTS.md', () => {
  const rows = read('docs/performance.md').match(/^\|.*$/gm) ?? [];
  const results = read('apps/benchmarks/RESULTS.md').split('\n');
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter((row) => !results.includes(row))).toEqual([]);
});

test('the figures of SECURITY.md are those of TIMING.md', () => {
  const timing = read('apps/benchmarks/TIMING.md');
  const security = read('SECURITY.md');
  const [, decryptions = ''] = /^(\d+) decryptions/m.exec(timing) ?? [];
  const largest = Math.max(...Array.from(timing.matchAll(/([\d.]+) \|$/gm), ([, t]) => Number(t)));
  expect(security).toContain(`${Number(decryptions).toLocaleString('en')} decryptions`);
  expect(security).toContain(`over all pairs is ${largest.toFixed(1)}, below`);
});

test('docs/message.md shows the content to be signed', () => {
  const [, shown = ''] = /```text\n(.*?)…\n```/s.exec(read('docs/message.md')) ?? [];
  const content = core.contentToBeSigned({
    method: 'POST',
    httpUri: '/api/open/alipay/v1/ipass/pass/manage/updatePass',
    clientId: '4Q5Y8W0WSG45P907917',
    time: '2024-05-22T06:42:21+08:00',
    body: new TextEncoder().encode('{"merchantId":"'),
  });
  expect(shown).toBe(new TextDecoder().decode(content));
});
