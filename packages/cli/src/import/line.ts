/** One line of an import on its way from the file to the gateway. */
import { checkUpdate, isUpdatePassError, type UpdatePassRequest } from '@alipayhk-pass/api';

/** A record of the file, before its fields are checked. */
export interface SourceRecord {
  /** Number of the record, from 1; the same in every run over the same file. */
  number: number;
  /** Line of the file on which it ends, for people. */
  line: number;
  fields?: Record<string, unknown>;
  /** Why there are none. */
  problem?: string;
  /** How far the file was read, in bytes. */
  bytes: number;
}

/** An update that may be sent. */
export interface Line {
  number: number;
  line: number;
  update: UpdatePassRequest;
}

/** Fields that a line need not have. */
export type Defaults = Partial<UpdatePassRequest>;

/** The update of a record, or why it is none. */
export function toLine(
  { number, line, fields, problem }: SourceRecord,
  defaults: Defaults,
): Line | { problem: string } {
  if (fields === undefined) return { problem: problem ?? 'is empty' };
  try {
    return { number, line, update: checkUpdate({ ...defaults, ...fields }) };
  } catch (error) {
    if (!isUpdatePassError(error)) throw error;
    return { problem: error.message };
  }
}
