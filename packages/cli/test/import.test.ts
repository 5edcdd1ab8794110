import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { UpdatePassRequest } from '@alipayhk-pass/api';
import { describe, expect, it } from 'vitest';
import { done, startGateway } from './gateway.ts';
import { lines, ndjson } from './import-lines.ts';
import { folderWithKeys, keys, newPair } from './keys.ts';
import { binary, node, run, runtimes, start } from './runtimes.ts';

const base = { userId: 'U1', status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', merchantId: '2160400000000001' };
const fast = ['--rate', '0', '--backoff', '5'];
const report = (cwd: string, name = 'in.ndjson') =>
  readFileSync(join(cwd, `${name}.report.ndjson`), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const refused = { resultCode: 'PASS_HAS_NOT_EXIST', resultStatus: 'F', resultMessage: '' } as const;
const unknown = { resultCode: 'SYSTEM_ERROR', resultStatus: 'U', resultMessage: '' } as const;
const sequence = (update: UpdatePassRequest): number => Number(update.dataInfo?.points);

describe.each(runtimes)('import on $name', (runtime) => {
  it('sends CSV and NDJSON alike, and exits with 0', async () => {
    const { url, updates } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    const csv =
      '\uFEFFpassId,userId,endDate,dataInfo.points:number,dataInfo.level\r\n1,U1,1956441600000,880,"金卡, ""alt"""\r\n2,U1,,5,\r\n';
    writeFileSync(join(cwd, 'in.csv'), csv);
    const first = { passId: '1', endDate: 1956441600000, dataInfo: { points: 880, level: '金卡, "alt"' } };
    const second = { passId: '2', dataInfo: { points: 5 } };
    expect(await run(['import', 'in.csv', ...fast], { cwd, runtime })).toMatchObject({ code: 0, stdout: '2 done\n' });
    expect(new Set(updates)).toEqual(
      new Set([
        { ...base, ...first },
        { ...base, ...second },
      ]),
    );
    const input = `\n${ndjson([first, second].map((each) => ({ ...each, userId: 'U1' })))}`;
    const streamed = await run(['import', '-', '--format', 'ndjson', '--journal', 'j', '--json', ...fast], {
      cwd,
      runtime,
      input,
    });
    expect(JSON.parse(streamed.stdout)).toMatchObject({ done: 2, requests: 2 });
    expect(updates).toHaveLength(4);
  });
});

describe('import', () => {
  it('reports refused and malformed lines with their reason, goes on, and exits with 3', async () => {
    const { url, updates } = await startGateway(keys, { handler: ({ passId }) => (passId === '2' ? refused : done) });
    const cwd = folderWithKeys({ gatewayUrl: url });
    const text = `${ndjson([
      { passId: '1', userId: 'U1' },
      { passId: '2', userId: 'U1' },
    ])}{"passId":\n[1]\n${ndjson([{ passId: '3' }])}${'x'.repeat(1_200_000)}\n${ndjson([{ passId: '4', userId: 'U1' }])}`;
    writeFileSync(join(cwd, 'in.ndjson'), text);
    const ended = await run(['import', 'in.ndjson', ...fast], { cwd });
    expect(ended).toMatchObject({ code: 3, stdout: '2 done, 1 refused, 4 invalid\nwhy: in.ndjson.report.ndjson\n' });
    expect(updates.map(({ passId }) => passId).sort()).toEqual(['1', '4']);
    const found = report(cwd).sort((a, b) => a.line - b.line);
    expect(found).toMatchObject([
      { line: 2, outcome: 'refused', passId: '2', code: 'PASS_HAS_NOT_EXIST' },
      { line: 3, outcome: 'invalid', message: 'is not JSON in UTF-8' },
      { line: 4, outcome: 'invalid', message: 'is not a JSON object' },
      { line: 5, outcome: 'invalid', message: 'the body has no userId or openId' },
      { line: 6, outcome: 'invalid', message: 'is longer than 1048576 bytes' },
    ]);
  });

  it('sends a line again until its outcome is clear, and holds back the lines behind one without', async () => {
    const seen: string[] = [];
    let failures = 2;
    let isDown = true;
    const handler = ({ passId, dataInfo }: UpdatePassRequest) => {
      seen.push(`${passId}:${dataInfo?.points}`);
      if (passId === '1' && failures-- > 0) return unknown;
      return passId === '2' && isDown ? unknown : done;
    };
    const { url } = await startGateway(keys, { handler });
    const cwd = folderWithKeys({ gatewayUrl: url });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(9, 3)));
    const first = await run(['import', 'in.ndjson', ...fast, '--attempts', '3', '--json'], { cwd });
    expect(first.code).toBe(4);
    expect(JSON.parse(first.stdout)).toMatchObject({ done: 6, unknown: 3 });
    expect(seen.filter((each) => each.startsWith('1:'))).toEqual(['1:1', '1:1', '1:1', '1:4', '1:7']);
    expect(seen.filter((each) => each.startsWith('2:'))).toEqual(['2:2', '2:2', '2:2']);
    expect(
      report(cwd)
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['Held', 'Held', 'SYSTEM_ERROR']);
    isDown = false;
    seen.length = 0;
    expect((await run(['import', 'in.ndjson', ...fast], { cwd })).code).toBe(0);
    expect(seen).toEqual(['2:2', '2:5', '2:8']);
    expect(report(cwd)).toEqual([]);
  });

  it('sends waiting lines of a pass as one with --coalesce, one transaction a card, and nothing across a close', async () => {
    const { url, updates } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    const data = [
      { billNo: 'B1', lastChangePoints: 5, points: 10, level: 'gold' },
      { points: 20 },
      { billNo: 'B2', points: 30 },
    ];
    const ups = data.map((dataInfo) => ({ passId: '1', userId: 'U1', dataInfo }));
    writeFileSync(
      join(cwd, 'in.ndjson'),
      ndjson([...ups, { passId: '1', userId: 'U1', status: 'CLOSED' }, { passId: '1', userId: 'U1' }]),
    );
    const ended = await run(['import', 'in.ndjson', ...fast, '--coalesce', '--json'], { cwd });
    expect(JSON.parse(ended.stdout)).toMatchObject({ done: 5, requests: 3 });
    expect(updates[0]).toEqual({ ...base, passId: '1', dataInfo: { level: 'gold', billNo: 'B2', points: 30 } });
    expect(updates.map(({ status }) => status)).toEqual(['UPDATE', 'CLOSED', 'UPDATE']);
  });

  it('sends coalesced lines one by one when they are refused together', async () => {
    const { url } = await startGateway(keys, { handler: ({ dataInfo }) => (dataInfo?.bad ? refused : done) });
    const cwd = folderWithKeys({ gatewayUrl: url });
    const data = [{ points: 1 }, { bad: true }, { points: 3 }];
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(data.map((dataInfo) => ({ passId: '1', userId: 'U1', dataInfo }))));
    const ended = await run(['import', 'in.ndjson', ...fast, '--coalesce', '--json'], { cwd });
    expect(JSON.parse(ended.stdout)).toMatchObject({ done: 2, refused: 1, requests: 4 });
    expect(report(cwd)).toMatchObject([{ line: 2, outcome: 'refused' }]);
  });

  it('has no more requests under way than --concurrency', async () => {
    let [now, most] = [0, 0];
    const handler = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 10));
      now--;
      return done;
    };
    const { url } = await startGateway(keys, { handler });
    const cwd = folderWithKeys({ gatewayUrl: url });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(60, 60)));
    expect((await run(['import', 'in.ndjson', ...fast, '--concurrency', '3'], { cwd })).code).toBe(0);
    expect(most).toBe(3);
  });

  it('stops after what is under way on Ctrl-C, and goes on when it is run again', async () => {
    const { url, updates } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(400, 40)));
    const running = start(['import', 'in.ndjson', '--rate', '200'], { cwd });
    while (updates.length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    running.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('alipayhk-pass: stopped; run the same command again to go on');
    const sent = updates.length;
    expect(sent).toBeLessThan(400);
    expect((await run(['import', 'in.ndjson', ...fast], { cwd })).code).toBe(0);
    expect(updates).toHaveLength(400); // it waited for what was under way, so nothing is sent twice
  });

  it('stops with 5 when replies do not verify, and with 4 when nobody replies', async () => {
    const { url } = await startGateway({ ...keys, gateway: newPair() });
    const cwd = folderWithKeys({ gatewayUrl: url });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(100, 100)));
    const wrong = await run(['import', 'in.ndjson', ...fast, '--concurrency', '1', '--json'], { cwd });
    expect(wrong.code).toBe(5);
    expect(wrong.stderr).toMatch(
      /^alipayhk-pass: the signature does not verify \(line 1, Tracer-Id [0-9a-f]{32}\); nothing more was sent, because every line would get this; check keys, Client-Id and clock with alipayhk-pass doctor, then run the same command again to go on\n$/,
    );
    expect(JSON.parse(wrong.stdout.split('\n')[0] ?? '')).toMatchObject({ requests: 1, stopped: 'security' });
    const silent = folderWithKeys({ gatewayUrl: 'http://127.0.0.1:9' });
    writeFileSync(join(silent, 'in.ndjson'), ndjson(lines(100, 100)));
    expect((await run(['import', 'in.ndjson', ...fast, '--attempts', '1'], { cwd: silent })).code).toBe(4);
  });

  it('counts what was refused and invalid before, does not send it again, and exits with 3', async () => {
    const { url } = await startGateway(keys, { handler: ({ passId }) => (passId === '2' ? refused : done) });
    const cwd = folderWithKeys({ gatewayUrl: url });
    const lines = ['1', '2', '3', undefined, '4'].map((passId) => ({ passId, userId: 'U1' }));
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines));
    const first = await run(['import', 'in.ndjson', ...fast], { cwd });
    expect(first.stdout).toBe('3 done, 1 refused, 1 invalid\nwhy: in.ndjson.report.ndjson\n');
    const again = await run(['import', 'in.ndjson', ...fast], { cwd });
    expect(again.stdout).toBe(
      '0 done, 3 done before, 1 refused before, 1 invalid before\nwhy: in.ndjson.report.ndjson\n',
    );
    expect([first.code, again.code]).toEqual([3, 3]);
    const counted = await run(['import', 'in.ndjson', ...fast, '--json'], { cwd });
    const counts = { done: 0, doneBefore: 3, refusedBefore: 1, invalidBefore: 1, requests: 0 };
    expect(JSON.parse(counted.stdout)).toMatchObject(counts);
  });

  it('goes on from a journal whose last line is torn', async () => {
    const { url, updates } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(6, 1)));
    await run(['import', 'in.ndjson', ...fast], { cwd });
    const journal = readFileSync(join(cwd, 'in.ndjson.journal'));
    writeFileSync(join(cwd, 'in.ndjson.journal'), journal.subarray(0, -5));
    updates.length = 0;
    expect((await run(['import', 'in.ndjson', ...fast], { cwd })).code).toBe(0);
    expect(updates.map(sequence)).toEqual([5]);
  });

  it('shows a bar with rate and time left on a terminal, and plain lines elsewhere', async () => {
    const { url } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(120, 120)));
    const command = [node.command, binary, 'import', 'in.ndjson', '--rate', '100'].join(' ');
    const { stdout } = await new Promise<{ stdout: string }>((resolve) =>
      execFile('script', ['-qec', command, '/dev/null'], { cwd }, (_, out) => resolve({ stdout: out })),
    );
    expect(stdout).toMatch(/\r\[#+\.*\] \d+ % {2}\d+ done {2}\d+\/s, about \d+ s left/);
    expect(stdout).toContain('100 %  120 done');
    const piped = await run(['import', 'in.ndjson', '--rate', '100'], { cwd });
    expect(piped.stderr).toBe('');
  });

  it('checks every line and sends nothing with --dry-run', async () => {
    const cwd = folderWithKeys({ gatewayUrl: 'http://127.0.0.1:9' });
    const text = 'passId,userId,endDate\n1,U1,5\n2,U1,soon\n3,U1\n4,\xaa\xf7,5\n'; // the last one in Big5
    writeFileSync(join(cwd, 'in.csv'), Buffer.from(text, 'latin1'));
    const ended = await run(['import', 'in.csv', '--dry-run'], { cwd });
    expect(ended).toEqual({
      code: 3,
      stderr: '',
      stdout:
        'line 3 endDate is not a number\nline 4 has 2 columns; expected 3\nline 5 userId is not UTF-8\n1 lines fit, 3 do not\n',
    });
  });

  it.each([
    ['a file that does not exist', ['no.ndjson'], 'the file: no.ndjson cannot be read: no such file'],
    ['a format that is not known', ['alipayhk-pass.config.json'], 'the format is not known by the name of the file'],
    ['standard input without a journal', ['-', '--format', 'csv'], 'an import of standard input needs --journal FILE'],
    ['CSV with a quote that never ends', ['bad.csv'], 'line 3 of the file is not CSV (quote not closed)'],
    [
      'the journal of another file',
      ['in.ndjson', '--journal', 'other.journal'],
      'other.journal is the journal of another import: its size differs',
    ],
    ['a journal that is none', ['in.ndjson', '--journal', 'in.ndjson'], 'in.ndjson is no journal of an import'],
    [
      'a journal in use',
      ['in.ndjson', '--journal', 'used'],
      `another import (process ${process.pid} of ${hostname()}) uses this journal`,
    ],
    [
      'an outbox without its token',
      ['in.ndjson', '--outbox', 'http://127.0.0.1:9'],
      'outbox-token is missing; expected',
    ],
    ['a journal that is a folder', ['in.ndjson', '--journal', '.'], '. cannot be written: it is a folder'],
    [
      'a report in a folder that is not there, before anything is sent',
      ['in.ndjson', '--report', 'no/report'],
      'no/report cannot be written: its folder does not exist',
    ],
    ['CSV with a column twice', ['twice.csv'], 'the first line of the file has the column "userId" twice'],
    ['CSV with names in another charset', ['charset.csv'], 'the first line of the file is not UTF-8'],
    ['a rate of no number', ['in.ndjson', '--rate', 'fast'], '--rate must be a number of at least 0'],
  ])('exits with 2 and one line for %s', async (_, args, text) => {
    const cwd = folderWithKeys({ gatewayUrl: 'http://127.0.0.1:9' });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(1, 1)));
    writeFileSync(join(cwd, 'bad.csv'), 'passId,userId\n"1,U1\n2,U2\n');
    writeFileSync(join(cwd, 'twice.csv'), 'passId,userId,userId\n1,U1,U2\n');
    writeFileSync(join(cwd, 'charset.csv'), Buffer.from('passId,userId,\xb5\xa5\n1,U1,2\n', 'latin1'));
    writeFileSync(join(cwd, 'other.journal'), '{"alipayhk-pass":"import","size":1}\n');
    writeFileSync(join(cwd, 'used.lock'), `${process.pid} ${randomUUID()} ${hostname()}`);
    const ended = await run(['import', ...args, ...(args.includes('--rate') ? [] : fast)], { cwd });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(`alipayhk-pass: ${text}`);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
