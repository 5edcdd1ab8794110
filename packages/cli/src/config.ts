/** `alipayhk-pass.config.json`: settings that hold for every call. It names key files and never holds a key. */
import { readFileSync } from 'node:fs';
import { UsageError } from './exit.ts';
import { unreadable } from './files.ts';

/** What the file says, by the names of its keys. */
export interface Config {
  /** As the user knows it. */
  path: string;
  values: Record<string, string | number | boolean>;
}

const configFile = 'alipayhk-pass.config.json';

/**
 * Reads the file that was named, or the one in the current folder if there is one.
 *
 * @param known - the keys that some command reads: another one is a typing error
 * @throws UsageError for a file that is missing though it was named, is no JSON object, or has a key that nothing reads
 */
export function readConfig(named: string | undefined, known: ReadonlySet<string>): Config {
  const path = named ?? configFile;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && named === undefined) return { path, values: {} };
    throw unreadable(error, path);
  }
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is not JSON`);
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new UsageError(`${path} must be a JSON object`);
  }
  for (const [key, value] of Object.entries(values)) {
    if (!known.has(key)) throw new UsageError(`${path} has "${key}", which is no setting`);
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw new UsageError(`"${key}" in ${path} must be a string, a number, true or false`);
    }
    if (typeof value === 'string' && value.includes('-----BEGIN')) {
      throw new UsageError(`"${key}" in ${path} is a key; expected the path of a key file`);
    }
  }
  return { path, values: values as Config['values'] };
}
