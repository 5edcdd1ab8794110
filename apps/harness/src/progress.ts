/**
 * Progress of a long program, on standard error: one line that is rewritten on a terminal, elsewhere a line every ten
 * seconds.
 */

/** What is shown while a program works. */
export interface Progress {
  /**
   * @param done - how much of the total is done, in the same unit
   * @param detail - what stands beside it, such as what is being done now
   */
  update(done: number, detail?: string): void;
  /** Shows how far it came and how long it took, and stops. */
  end(): void;
}

/** What a line says. */
export interface ProgressState {
  done: number;
  total: number;
  /** Of what `done` and `total` count. */
  unit: string;
  seconds: number;
  detail: string;
}

interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/**
 * Shows progress until it is ended. A terminal is written to five times a second, anything else every ten seconds.
 *
 * @param title - what is being done
 * @param total - how much there is, such as a number of updates
 * @param unit - what is counted, in the plural
 * @param output - where to write; standard error unless given
 */
export function showProgress(title: string, total: number, unit: string, output: Output = process.stderr): Progress {
  const start = performance.now();
  const pause = output.isTTY ? 200 : 10_000;
  const state = { done: 0, detail: '' };
  let last = Number.NEGATIVE_INFINITY;
  const seconds = (): number => (performance.now() - start) / 1000;
  const show = (text: string, end: string): void => {
    const columns = (output.columns || 80) - 1; // some terminals say 0
    output.write(output.isTTY ? `\r${text.slice(0, columns).padEnd(columns)}${end}` : `${text}\n`);
  };
  return {
    update(done, detail = '') {
      Object.assign(state, { done, detail });
      if (performance.now() - last < pause) return;
      last = performance.now();
      show(`${title}: ${progressLine({ ...state, total, unit, seconds: seconds() })}`, '');
    },
    end() {
      show(`${title}: ${state.done} of ${total} ${unit} in ${duration(seconds())}`, '\n');
    },
  };
}

/** How far, how fast, and how long it still takes. */
export function progressLine({ done, total, unit, seconds, detail }: ProgressState): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const rate = done / Math.max(seconds, 0.001);
  const left = done > 0 && share < 1 ? `, about ${duration((total - done) / rate)} left` : '';
  const speed = rate >= 10 ? `${Math.round(rate)}/s` : `${rate.toFixed(1)}/s`;
  return `${Math.floor(share * 100)} %, ${done} of ${total} ${unit}, ${speed}${left}${detail && `, ${detail}`}`;
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
