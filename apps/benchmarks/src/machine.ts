/** Where and when a report was made. */
import { cpus, release, type } from 'node:os';

export function machine(): string {
  const [cpu] = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${type()} ${release()}`;
}
