/** The file, streamed: NDJSON or CSV, record by record, never more of it in memory than is being read. */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { CommandError, exitCodes, UsageError } from '../exit.ts';
import { claimStdin, unreadable } from '../files.ts';
import type { SourceRecord } from './line.ts';

export type Format = 'csv' | 'ndjson';

/** Longest line, in bytes. */
const longest = 1024 * 1024;

/**
 * The records of a file.
 *
 * @param path - `-` for standard input
 * @throws UsageError for a file that cannot be read or is no CSV
 */
export function readRecords(path: string, format: Format): AsyncIterable<SourceRecord> {
  return format === 'csv' ? readCsv(path) : readNdjson(path);
}

function open(path: string): AsyncIterable<Buffer> & NodeJS.ReadableStream {
  if (path !== '-') return createReadStream(path);
  claimStdin('the file');
  return process.stdin as never;
}

async function* readNdjson(path: string): AsyncGenerator<SourceRecord> {
  let rest = Buffer.alloc(0);
  let number = 0;
  let bytes = 0;
  let skipping = false;
  const record = (text: Buffer): SourceRecord | undefined => {
    number++;
    const wasSkipping = skipping;
    skipping = false;
    if (wasSkipping || text.length > longest)
      return { number, line: number, bytes, problem: `is longer than ${longest} bytes` };
    return parseLine(text, number, bytes);
  };
  for await (const chunk of guarded(open(path), path)) {
    let from = 0;
    const before = bytes;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      bytes = before + end + 1;
      const found = record(Buffer.concat([rest, chunk.subarray(from, end)]));
      rest = Buffer.alloc(0);
      from = end + 1;
      if (found) yield found;
    }
    bytes = before + chunk.length;
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    if (rest.length > longest) {
      skipping = true;
      rest = Buffer.alloc(0);
    }
  }
  const last = rest.length > 0 || skipping ? record(rest) : undefined;
  if (last) yield last;
}

/** A blank line is no record, but it counts as a line. */
function parseLine(bytes: Buffer, number: number, read: number): SourceRecord | undefined {
  const base = { number, line: number, bytes: read };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); // takes a byte-order mark off
    if (text.trim() === '') return undefined;
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { ...base, fields: value as Record<string, unknown> };
    return { ...base, problem: 'is not a JSON object' };
  } catch {
    return { ...base, problem: 'is not JSON in UTF-8' };
  }
}

async function* readCsv(path: string): AsyncGenerator<SourceRecord> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longest,
  });
  const source = open(path);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let columns: Column[] | undefined;
  let number = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number; bytes: number };
    }>) {
      if (columns === undefined) {
        columns = columnsOf(record);
        continue;
      }
      number++;
      const base = { number, line: info.lines, bytes: info.bytes };
      if (record.length !== columns.length) {
        yield { ...base, problem: `has ${record.length} columns; expected ${columns.length}` };
        continue;
      }
      yield { ...base, ...toFields(record, columns) };
    }
  } catch (error) {
    const { code = '', lines } = error as { code?: string; lines?: number };
    if (!code.startsWith('CSV_')) throw error instanceof CommandError ? error : unreadable(error, path, 'the file');
    throw new UsageError(
      `line ${lines ?? '?'} of the file is not CSV (${code.slice(4).toLowerCase().replaceAll('_', ' ')}); nothing from it on was sent`,
    );
  }
}

/** A column: where its value goes, and how it is read. */
interface Column {
  path: string[];
  type: 'text' | 'number' | 'json';
}

/** @throws UsageError for a name that is empty, given twice, or not UTF-8 */
function columnsOf(names: string[]): Column[] {
  const columns = names.map(toColumn);
  const paths = columns.map(({ path }) => path.join('.'));
  const twice = paths.find((path, index) => paths.indexOf(path) < index);
  if (twice !== undefined)
    throw new UsageError(`the first line of the file has the column ${JSON.stringify(twice.slice(0, 60))} twice`);
  if (names.some(isBroken)) throw new UsageError('the first line of the file is not UTF-8');
  return columns;
}

/** Bytes that are not UTF-8 have become U+FFFD; where that was in the file, they were lost before. */
const isBroken = (text: string): boolean => text.includes('\uFFFD');

/** `dataInfo.points:number`; a column of `endDate` is a number anyway. */
function toColumn(name: string): Column {
  const [, path = '', type = path === 'endDate' ? 'number' : 'text'] =
    /^(.*?)(?::(text|number|json))?$/s.exec(name.trim()) ?? [];
  if (path === '')
    throw new UsageError('the first line of the file has a column without a name; expected names of fields');
  const [first = '', ...rest] = path.split('.');
  return { path: rest.length > 0 ? [first, rest.join('.')] : [first], type: type as Column['type'] };
}

/** An empty cell leaves its field out. */
function toFields(cells: string[], columns: Column[]): Pick<SourceRecord, 'fields' | 'problem'> {
  const fields: Record<string, unknown> = {};
  for (const [index, { path, type }] of columns.entries()) {
    const cell = cells[index] ?? '';
    if (cell === '') continue;
    if (isBroken(cell)) return { problem: `${path.join('.')} is not UTF-8` };
    const value = readCell(cell, type);
    if (value === undefined) return { problem: `${path.join('.')} is not ${type === 'json' ? 'JSON' : 'a number'}` };
    const [first = '', second] = path;
    if (second === undefined) fields[first] = value;
    else fields[first] = { ...(fields[first] as object), [second]: value };
  }
  return { fields };
}

function readCell(cell: string, type: Column['type']): unknown {
  if (type === 'text') return cell;
  if (type === 'number') return /^-?\d+(\.\d+)?$/.test(cell.trim()) ? Number(cell) : undefined;
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}

async function* guarded(stream: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch (error) {
    throw error instanceof CommandError && error.exitCode === exitCodes.usage
      ? error
      : unreadable(error, path, 'the file');
  }
}
