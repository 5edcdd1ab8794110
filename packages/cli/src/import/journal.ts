/**
 * The journal: what became of every line, written before anything newer of the same pass is sent. A run that was killed
 * goes on from it: what it does not name is sent again, and nothing newer of that pass was sent before.
 */
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import { CommandError, exitCodes, UsageError } from '../exit.ts';
import { parseJson } from '../json.ts';
import { type Lock, takeLock } from './lock.ts';

/** S done, F refused, U unknown, I not fit to be sent. Lines with U are sent again by the next run. */
export type Outcome = 'S' | 'F' | 'U' | 'I';

/** What became of the lines of one request. */
export interface JournalEntry {
  /** Numbers of records. */
  records: number[];
  /** Lines of the file. */
  lines: number[];
  outcome: Outcome;
  passId?: string;
  /** Of what is not done: why. */
  code?: string;
  message?: string;
  tracerId?: string;
}

/** What a journal belongs to: another file or target would make it lie. */
export type JournalHead = Record<string, string | number | boolean>;

/** A line of a file that may be a journal: its head, an entry, or anything. */
type JournalLine = Partial<JournalEntry> & Record<string, unknown>;

/** Outcomes after which a record is not sent again. */
const settled = [undefined, 'S', 'F', 'I'] as const;

export class Journal {
  readonly path: string;
  readonly #file: number;
  readonly #lock: Lock;
  /** Two bits for each record: 0, or the position in `settled` of what became of it. */
  #outcomes = new Uint8Array(2048);

  private constructor(path: string, file: number, lock: Lock) {
    this.path = path;
    this.#file = file;
    this.#lock = lock;
  }

  /**
   * Opens the journal of an earlier run, or begins one.
   *
   * @throws UsageError when it is no journal, belongs to another file or target, or another run is using it; the file is
   * as it was then
   */
  static async open(path: string, head: JournalHead): Promise<Journal> {
    const lock = takeLock(`${path}.lock`);
    let file: number | undefined;
    try {
      file = openFile(path);
      expectJournal(file, path);
      const journal = new Journal(path, file, lock);
      cutTornLine(file);
      if (fstatSync(file).size === 0) journal.#append({ 'alipayhk-pass': 'import', ...head });
      else await journal.#read(head);
      return journal;
    } catch (error) {
      if (file !== undefined) closeSync(file);
      lock.release();
      throw error;
    }
  }

  /** What became of a record that needs no more sending. */
  outcomeOf(record: number): (typeof settled)[number] {
    return settled[((this.#outcomes[record >> 2] ?? 0) >> (2 * (record & 3))) & 3];
  }

  /**
   * Writes down what became of some lines; it is in the file when this returns.
   *
   * @throws CommandError for a disk that is full: nothing more may be sent then
   */
  write(entry: JournalEntry): void {
    this.#append(entry);
    this.#mark(entry.records, entry.outcome);
  }

  /** What is not done, in the order of the journal; of a line that was tried again, what came last. */
  async *entries(): AsyncGenerator<JournalEntry> {
    for await (const line of createInterface({ input: createReadStream(this.path) })) {
      const entry = JSON.parse(line);
      if (entry.outcome && entry.outcome !== 'S') yield entry;
    }
  }

  close(): void {
    try {
      fsyncSync(this.#file);
    } catch {
      // a device that has no such thing
    }
    closeSync(this.#file);
    this.#lock.release();
  }

  async #read(head: JournalHead): Promise<void> {
    let isFirst = true;
    for await (const line of createInterface({ input: createReadStream(this.path) })) {
      const value = parseJson(line) as JournalLine | null | undefined;
      if (isFirst) {
        isFirst = false;
        const differs = Object.entries(head).find(([name, each]) => value?.[name] !== each)?.[0];
        if (value?.['alipayhk-pass'] !== 'import') throw new UsageError(notJournal(this.path));
        if (differs !== undefined) {
          throw new UsageError(
            `${this.path} is the journal of another import: its ${differs} differs; give another with --journal, or delete it to begin anew`,
          );
        }
      } else if (value?.outcome && value.records) this.#mark(value.records, value.outcome);
    }
  }

  #append(value: object): void {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    try {
      // One call: it is either there or it is the torn last line, which the next run cuts off.
      if (writeSync(this.#file, bytes) !== bytes.length) throw Object.assign(new Error(), { code: 'ENOSPC' });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = code === 'ENOSPC' || code === 'EFBIG' || code === 'EDQUOT' ? 'the disk is full' : code;
      throw new CommandError(
        `${this.path} cannot be written: ${reason}; run the same command again to go on`,
        exitCodes.failed,
      );
    }
  }

  #mark(records: readonly number[], outcome: Outcome): void {
    if (outcome === 'U') return;
    for (const record of records) {
      const index = record >> 2;
      if (index >= this.#outcomes.length) {
        const larger = new Uint8Array(Math.max(2 * this.#outcomes.length, index + 1));
        larger.set(this.#outcomes);
        this.#outcomes = larger;
      }
      this.#outcomes[index] = (this.#outcomes[index] ?? 0) | (settled.indexOf(outcome) << (2 * (record & 3)));
    }
  }
}

const notJournal = (path: string): string =>
  `${path} is no journal of an import; expected a journal, or a file that does not exist, for --journal`;

/** Opens the file itself: the target of a link may be anything. */
function openFile(path: string): number {
  const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_RDWR } = constants; // Windows has no O_NOFOLLOW
  try {
    return openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error;
    throw new UsageError(`${path} is a symbolic link; expected the path of the journal itself`);
  }
}

/** Before anything in the file is changed. A run that was killed may have left a part of the first line alone. */
function expectJournal(file: number, path: string): void {
  const start = '{"alipayhk-pass":"import"';
  const bytes = Buffer.alloc(start.length);
  const found = fstatSync(file).isFile() && bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0));
  if (found === false || !start.startsWith(found)) throw new UsageError(notJournal(path));
}

/** A run that was killed may have left half a line. */
function cutTornLine(file: number): void {
  const { size } = fstatSync(file);
  const tail = Buffer.alloc(Math.min(size, 1024 * 1024));
  readSync(file, tail, 0, tail.length, size - tail.length);
  const end = tail.lastIndexOf(10) + 1;
  if (end < tail.length) ftruncateSync(file, size - tail.length + end);
}
