/** Shows that the check of licences names a package whose licence is not allowed, or that names none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Component, type Document, licenceProblems } from './licences.ts';

const component = (name: string, licenses?: Component['licenses']): Component => ({
  type: 'library',
  name,
  version: '1.0.0',
  purl: `pkg:npm/${name}@1.0.0`,
  'bom-ref': name,
  ...(licenses && { licenses }),
});

const documentWith = (...components: Component[]): Document => ({
  metadata: { component: { ...component('a'), group: '@a' } },
  components,
});

test('licenceProblems reports nothing for licences that are allowed', () => {
  const components = [
    component('b', [{ license: { id: 'MIT' } }]),
    component('c', [{ license: { id: 'ISC' } }, { license: { id: 'Apache-2.0' } }]),
  ];
  assert.deepEqual(licenceProblems(documentWith(...components)), []);
});

for (const [what, licenses, has] of [
  ['a licence that is not allowed', [{ license: { id: 'GPL-3.0-only' } }], 'has the licence GPL-3.0-only'],
  ['one of two', [{ license: { id: 'MIT' } }, { license: { name: 'Ours' } }], 'has the licence MIT, Ours'],
  ['an expression', [{ expression: 'MIT OR GPL-3.0-only' }], 'has the licence MIT OR GPL-3.0-only'],
  ['no licence', undefined, 'names no licence'],
  ['an empty list', [], 'names no licence'],
] as const) {
  test(`licenceProblems names the package that has ${what}`, () => {
    const [line = '', ...more] = licenceProblems(documentWith(component('b', licenses as Component['licenses'])));
    assert.deepEqual(more, []);
    assert.ok(line.startsWith(`@a/a: b 1.0.0 ${has}; expected one of `), line);
  });
}
