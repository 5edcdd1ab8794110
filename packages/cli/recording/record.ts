/** Writes the recording of the README anew: `npx -y pnpm@12.21.0 --filter alipayhk-pass record`, after a build. */
import { writeFileSync } from 'node:fs';
import { drawRecording, recordingPath } from './recording.ts';

writeFileSync(recordingPath, await drawRecording());
