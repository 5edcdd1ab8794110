import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { drawRecording, recordingPath } from '../recording/recording.ts';

/** The texts without what differs each time: keys, ids, times. */
const textsOf = (svg: string): string[] =>
  Array.from(svg.matchAll(/<text [^>]*>([^<]*)/g), ([, text = '']) =>
    text
      .replace(/[\da-f]{32,64}/g, 'HEX')
      .replace(/(?:[\d-]{10}T)?[\d:]{8}\+08:00/g, 'TIME')
      .replace(/this clock is \d s (?:ahead of|behind)/, 'this clock is 0 s ahead of'),
  );

it('the recording of the README shows what the command prints', async () => {
  // Where it does not: npx -y pnpm@12.21.0 --filter alipayhk-pass record
  expect(textsOf(readFileSync(recordingPath, 'utf8'))).toEqual(textsOf(await drawRecording()));
});
