// The database file of node:sqlite: made, kept, and refused if it is none.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openNodeSqlite } from '../src/node-sqlite.ts';
import { selectRows } from '../src/store.ts';
import { createTemplate, listTemplates } from '../src/tables/templates.ts';

const folder = mkdtempSync(join(tmpdir(), 'alipayhk-pass-node-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('openNodeSqlite', () => {
  test('keeps the data in its file, and opens it again', async () => {
    const path = join(folder, 'kept.sqlite');
    const template = { templateCode: 'T', merchantId: 'M', name: null };
    const first = openNodeSqlite(path);
    await createTemplate(first, template);
    first.close();
    for (let count = 0; count < 2; count++) {
      const again = openNodeSqlite(path);
      expect(await listTemplates(again)).toEqual([template]);
      again.close();
    }
  });

  test('makes a database of its own in memory at each call', async () => {
    const [one, other] = [openNodeSqlite(), openNodeSqlite()];
    await createTemplate(one, { templateCode: 'T', merchantId: 'M', name: null });
    expect(await listTemplates(other)).toEqual([]);
    one.close();
    other.close();
  });

  test('has the tables of the migrations', async () => {
    const store = openNodeSqlite();
    const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    const names = (await selectRows<{ name: string }>(store, sql)).map(({ name }) => name);
    expect(names).toEqual(['faults', 'ledger', 'merchant_keys', 'merchant_settings', 'passes', 'templates']);
    store.close();
  });

  test('throws for a file that is no database, and leaves it as it is', () => {
    const path = join(folder, 'text');
    writeFileSync(path, 'no database '.repeat(100));
    expect(() => openNodeSqlite(path)).toThrow('file is not a database');
    expect(readFileSync(path, 'utf8')).toBe('no database '.repeat(100));
  });

  test('throws for a folder that does not exist', () => {
    expect(() => openNodeSqlite(join(folder, 'none', 'file.sqlite'))).toThrow('unable to open database file');
  });
});
