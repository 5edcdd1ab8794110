// What every store has to do for the SQL of this package.
import { beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '#store';
import { runOne, selectRows, statement } from '../../src/store.ts';

const store = await openStore();
const insert = (code: string) =>
  statement('INSERT INTO templates (template_code, merchant_id) VALUES (?1, ?2)', code, 'M');
const codes = async () =>
  (await selectRows<{ code: string }>(store, 'SELECT template_code AS code FROM templates ORDER BY code')).map(
    ({ code }) => code,
  );

beforeEach(async () => void (await runOne(store, 'DELETE FROM templates')));

describe('run', () => {
  test('returns rows and changes for each statement', async () => {
    const results = await store.run([
      insert('A'),
      insert('B'),
      statement('SELECT count(*) AS count FROM templates'),
      statement('UPDATE templates SET name = ?1 WHERE template_code = ?2 RETURNING name', 'N', 'A'),
      statement('DELETE FROM templates'),
      statement('DELETE FROM templates'),
    ]);
    expect(results.map(({ rows, changes }) => [rows, changes])).toEqual([
      [[], 1],
      [[], 1],
      [[{ count: 2 }], 0],
      [[{ name: 'N' }], 1],
      [[], 2],
      [[], 0],
    ]);
  });

  test('undoes every statement if one fails', async () => {
    await expect(store.run([insert('A'), insert('B'), insert('A')])).rejects.toThrow(/UNIQUE constraint failed/);
    expect(await codes()).toEqual([]);
    await expect(store.run([insert('A'), statement('SELECT absent FROM templates')])).rejects.toThrow(/no such column/);
    expect(await codes()).toEqual([]);
    await store.run([insert('A')]);
    expect(await codes()).toEqual(['A']);
  });

  test('lets changes() count the rows of the statement before', async () => {
    const changes = statement('UPDATE templates SET name = changes()');
    await store.run([insert('A'), insert('B')]);
    await store.run([statement("UPDATE templates SET merchant_id = 'X'"), changes]);
    expect(await selectRows(store, 'SELECT DISTINCT name FROM templates')).toEqual([{ name: '2' }]);
    await store.run([statement("UPDATE templates SET merchant_id = 'X' WHERE template_code = 'none'"), changes]);
    expect(await selectRows(store, 'SELECT DISTINCT name FROM templates')).toEqual([{ name: '0' }]);
  });

  test('runs concurrent transactions one after the other', async () => {
    await store.run([insert('A')]);
    const add = statement('UPDATE templates SET name = coalesce(name, 0) + 1');
    const results = await Promise.all(
      Array.from({ length: 20 }, () => store.run([add, add, statement('SELECT name FROM templates')])),
    );
    const seen = results.map(([, , read]) => Number(read?.rows[0]?.name)).sort((a, b) => a - b);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => 2 * at + 2));
  });

  test.each([null, '', 'text', '金卡 🏅', 'a\nb"c\'d', 0, -1, 1.5, 2 ** 53, 2 ** 60, 1e300])(
    'returns %j as it was given',
    async (value) => {
      expect(await selectRows(store, 'SELECT ?1 AS value', value)).toEqual([{ value }]);
    },
  );

  test('returns an integer above 2^53 as a number', async () => {
    expect(await selectRows(store, 'SELECT 9007199254740993 AS value')).toEqual([{ value: 2 ** 53 }]);
  });

  test('takes a parameter twice', async () => {
    expect(await selectRows(store, 'SELECT ?2 AS b, ?1 AS a, ?2 AS c', 1, 2)).toEqual([{ b: 2, a: 1, c: 2 }]);
  });
});
