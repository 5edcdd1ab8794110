/** How a check ends: what it found, on stderr, and exit code 1 if that is anything. */

/** Prints lines, and lets the process exit with 1 unless there are none. */
export function report(lines: readonly string[]): void {
  for (const line of lines) console.error(line);
  if (lines.length > 0) process.exitCode = 1;
}
