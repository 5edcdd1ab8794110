/** The system's Chromium, headless. Nothing is downloaded. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';

const { CHROMIUM: executablePath = '/usr/bin/chromium', CI } = process.env;

/**
 * Why there is no browser here, to be added to a title; empty if there is one. On CI its absence is a failure, not a reason
 * to skip.
 */
export function absence(name: string): string {
  if (existsSync(executablePath) || CI === 'true') return '';
  const skipped = `: SKIPPED, this machine has no ${executablePath}`;
  console.warn(name + skipped);
  return skipped;
}

/** Starts it. */
export function launchBrowser(more: string[] = []): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...quiet, ...more] });
}
