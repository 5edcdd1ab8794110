/** The system's Chromium, headless. Nothing is downloaded. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';

const { CHROMIUM: executablePath = '/usr/bin/chromium', CI } = process.env;

/** Why there is no browser here, or nothing. On CI its absence is a failure, not a reason to skip. */
export const absence =
  !existsSync(executablePath) && CI !== 'true' ? `this machine has no ${executablePath}` : undefined;

/** Leads to this machine, as a name does that DNS has rebound. */
export const reboundName = 'rebound.example';

/** Starts it, headless. */
export function launchBrowser(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  const rebound = `--host-resolver-rules=MAP ${reboundName} 127.0.0.1`;
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', rebound, ...quiet];
  return chromium.launch({ executablePath, args });
}
