// Child processes: how they end, and what ends with them.
import { describe, expect, test } from 'vitest';
import { describeEnd, runChild, startChild } from '../src/child.ts';
import { isRunning } from '../src/processes.ts';

const node = (code: string, options: Partial<Parameters<typeof startChild>[2]> = {}) =>
  startChild(process.execPath, ['--input-type=module', '--eval', code], { limit: 20_000, ...options });
/** Prints the ids of itself and of a child of its own, and goes on. */
const withGrandchild = `
  import { spawn } from 'node:child_process';
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
  console.log(\`started \${child.pid}\`);
  setInterval(() => {}, 1000);`;

describe('runChild', () => {
  test('resolves with exit code and output', async () => {
    const code = `console.log('out'); console.error('error'); process.exitCode = 3`;
    const ended = await runChild(process.execPath, ['--eval', code], { limit: 20_000 });
    expect(ended).toEqual({ code: 3, signal: null, late: false, stdout: 'out\n', stderr: 'error\n' });
    expect(describeEnd(ended)).toBe('exit code 3: error\n');
  });

  test('kills the child with its whole group when it reaches its limit', async () => {
    await using child = node(withGrandchild, { limit: 1_000 });
    const ended = await child.ended;
    expect(ended).toMatchObject({ code: null, signal: 'SIGKILL', late: true });
    expect(describeEnd(ended)).toBe('not done in time, ended by SIGKILL: ');
    await expect.poll(() => isRunning(child.pid)).toBe(false);
  });

  test('rejects when there is no such program', async () => {
    await expect(runChild('/no/such/program', [], { limit: 1_000 })).rejects.toThrow('ENOENT');
  });

  test('sets variables beside those of this process, and the folder', async () => {
    const code = 'console.log(process.env.HARNESS, process.env.PATH === undefined, process.cwd())';
    const { stdout } = await node(code, { variables: { HARNESS: "'$x\n'" }, cwd: '/' }).ended;
    expect(stdout).toBe("'$x\n' false /\n");
  });
});

describe('startChild', () => {
  test('printed resolves with the match as soon as it is printed', async () => {
    await using child = node(
      `console.log('first'); setTimeout(() => console.log('ready on 7'), 50); setInterval(() => {}, 1000);`,
    );
    expect((await child.printed(/^ready on (\d+)$/m))[1]).toBe('7');
    expect((await child.printed(/first/)).index).toBe(0); // what was printed before counts too
    expect((await child.stop()).signal).toBe('SIGKILL');
  });

  test('printed rejects with the end when the child ends without it', async () => {
    await using child = node(`console.log('nothing'); console.error('why'); process.exit(4)`);
    await expect(child.printed(/ready/)).rejects.toThrow('printed no /ready/: exit code 4: why');
  });

  test('printed finds a text on stderr, and rejects with the output when the text does not come in time', async () => {
    await using child = node(`console.error('ready'); setInterval(() => {}, 1000);`);
    expect((await child.printed(/ready/))[0]).toBe('ready');
    await expect(child.printed(/more/, 50)).rejects.toThrow('printed no /more/: not within 50 ms; it printed ready\n');
  });

  test('kill sends a signal to the child alone, stop ends its whole group', async () => {
    await using child = node(withGrandchild);
    await child.printed(/started/);
    child.kill('SIGTERM');
    await expect.poll(() => isRunning(child.pid)).toBe(true); // the grandchild
    await child.stop();
    await expect.poll(() => isRunning(child.pid)).toBe(false);
  });

  test('the child gets its input, and the end of stdin when this process ends', async () => {
    const child = `process.stdin.on('end', () => process.exit()).once('data', (text) => console.log(String(text)))`;
    await using parent = node(`
      import { startChild } from ${JSON.stringify(new URL('../src/child.ts', import.meta.url).href)};
      const child = startChild(process.execPath, ['--eval', ${JSON.stringify(child)}], { limit: 20_000, input: 'hello' });
      await child.printed(/hello/);
      console.log(\`group \${child.pid}\`);`);
    const [, group] = await parent.printed(/group (\d+)/);
    expect(isRunning(Number(group))).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(Number(group))).toBe(false);
  });

  test('the child ends with its group when this process exits', async () => {
    await using parent = node(`
      import { startChild } from ${JSON.stringify(new URL('../src/child.ts', import.meta.url).href)};
      const args = ['--input-type=module', '--eval', ${JSON.stringify(withGrandchild)}];
      const child = startChild(process.execPath, args, { limit: 20_000 });
      await child.printed(/started/);
      console.log(\`group \${child.pid}\`);
      process.exit();`);
    const [, group] = await parent.printed(/group (\d+)/);
    await parent.ended;
    await expect.poll(() => isRunning(Number(group))).toBe(false);
  });
});
