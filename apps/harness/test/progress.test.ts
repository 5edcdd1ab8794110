import { expect, test } from 'vitest';
import { duration, progressLine, showProgress } from '../src/progress.ts';

const step = { done: 250, total: 1000, unit: 'updates', seconds: 10, detail: '' };

test.each([
  [step, '25 %, 250 of 1000 updates, 25/s, about 30 s left'],
  [{ ...step, done: 0 }, '0 %, 0 of 1000 updates, 0.0/s'],
  [{ ...step, done: 1000 }, '100 %, 1000 of 1000 updates, 100/s'],
  [{ ...step, done: 1200 }, '100 %, 1200 of 1000 updates, 120/s'],
  [{ ...step, total: 0, done: 0 }, '100 %, 0 of 0 updates, 0.0/s'],
  [{ ...step, detail: 'kill 2 of 5' }, '25 %, 250 of 1000 updates, 25/s, about 30 s left, kill 2 of 5'],
])('progressLine of %j says how far, how fast and how long', (given, expected) => {
  expect(progressLine(given)).toBe(expected);
});

test.each([
  [0.2, '1 s'],
  [59, '59 s'],
  [59.5, '1 min 0 s'],
  [125, '2 min 5 s'],
])('duration of %d s is %s', (seconds, expected) => {
  expect(duration(seconds)).toBe(expected);
});

test('showProgress rewrites one line on a terminal and fits it into the columns', () => {
  const written = shown({ isTTY: true, columns: 30 });
  expect(written.join('')).not.toMatch(/\n./);
  for (const text of written) expect(text.replaceAll(/[\r\n]/g, '')).toHaveLength(29);
  expect(written.at(-1)).toMatch(/^\rwork: 20 of 20 steps in 1 s *\n$/);
});

test('showProgress writes the first line and the last one where there is no terminal', () => {
  expect(shown({})).toEqual(['work: 5 %, 1 of 20 steps, RATE\n', 'work: 20 of 20 steps in 1 s\n']);
});

function shown(terminal: { isTTY?: boolean; columns?: number }): string[] {
  const written: string[] = [];
  const progress = showProgress('work', 20, 'steps', { ...terminal, write: (text) => written.push(text) });
  for (let done = 1; done <= 20; done++) progress.update(done);
  progress.end();
  return written.map((text) => text.replace(/\d+\/s.*left/, 'RATE'));
}
