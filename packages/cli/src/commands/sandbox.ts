/** `sandbox`: a gateway in AlipayHK's place on this machine, with its page. */
import { variants } from '@alipayhk-pass/sandbox/variants';
import type { Command } from '../command.ts';
import { colour, print, printJson } from '../output.ts';

export const sandbox: Command = {
  summary: "start a gateway in AlipayHK's place, with its page",
  usage: '',
  positionals: [0, 0],
  options: {
    port: { help: 'port on 127.0.0.1; 0 for a free one', value: 'PORT', unless: '8787' },
    folder: { help: 'where keys, passes and the ledger are kept', value: 'FOLDER', unless: 'alipayhk-sandbox' },
    memory: { help: 'keep passes and ledger in memory only' },
    variant: {
      help: "emulate a gateway that differs in what AlipayHK's documents leave open; see below",
      value: 'NAME',
    },
  },
  table: {
    title: 'Variants, each with the assumptions of spec/ASSUMPTIONS.md that it decides in another way',
    rows: variants.map(({ name, description, assumptions }) => [name, `${description} (${assumptions.join(', ')})`]),
  },
  details: `It verifies and decrypts as AlipayHK's gateway does, applies updates to passes, keeps a ledger of every request, and fails
on demand. A merchant and a pass are ready; the keys are made at the first start, in a folder with a .gitignore.
On its page, "Use the sandbox's key" and "Seal and send" send a first update and show it on the wire at both ends.

Everybody on this machine can use it, and nobody else. Where the runtime has no node:sqlite (Node before 22.13), passes and
ledger are in memory only.`,
  examples: [
    ['Start it, and open the page that it names', 'alipayhk-pass sandbox'],
    ['For a test', 'alipayhk-pass sandbox --port 0 --memory --json'],
    [
      'Would your client understand a gateway that encrypts in another way?',
      'alipayhk-pass sandbox --variant aes-gcm-rsa-oaep',
    ],
  ],
  async run(input) {
    const port = input.number('port', 0, { most: 65_535 }) ?? 8787;
    const variant = input.choice(
      'variant',
      variants.map(({ name }) => name),
    );
    const ended = new Promise<void>((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve());
      if (process.env.npm_lifecycle_event === 'npx') whenOrphaned(resolve);
    });
    hideSqliteWarning();
    const folder = input.text('folder') ?? 'alipayhk-sandbox';
    // Only now: no other command needs it, and it is most of the program.
    const { startSandbox } = await import('../sandbox/start.ts');
    const started = await startSandbox({ folder, port, inMemory: input.isSet('memory'), variant });
    const { url, kept, clientId, pass, merchant, gateway } = started;
    const files = {
      privateKey: merchant.privateKeyPath,
      publicKey: gateway.publicKeyPath,
      gatewayPrivateKey: gateway.privateKeyPath,
    };
    const inMemory = input.isSet('memory')
      ? 'in memory'
      : 'in memory: this runtime has no node:sqlite; Node 22.13 and newer, Deno and Bun have it';
    const passes = kept ? `kept in ${folder}` : inMemory;
    const update = [
      `npx alipayhk-pass update --gateway ${url} --client-id ${clientId}`,
      `--private-key ${files.privateKey} --public-key ${files.publicKey}`,
      `--merchant-id ${pass.merchantId} --user-id ${pass.userId} --pass-id ${pass.passId} --data points:=880`,
    ];
    const facts = { url, pid: process.pid, kept, clientId, ...pass, ...files, ...(variant && { variant }) };
    if (input.isSet('json')) printJson({ ...facts, update: update.join(' ') });
    else {
      print(`${colour('bold', 'open')}       ${colour('cyan', url)}
passes     ${passes}${variant ? `\nvariant    ${variant}` : ''}

${colour('dim', '# or, in another terminal')}
${update.join(' \\\n  ')}

Ctrl-C stops it, and so does kill ${process.pid}.`);
    }
    await ended;
    await started.stop();
    return undefined;
  },
};

/** A signal to npx ends npx and the shell between, but not this process: it would go on listening, unseen. */
function whenOrphaned(end: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, 250);
  timer.unref();
}

/** Node says that SQLite is experimental; that is no news for whoever starts a sandbox. */
function hideSqliteWarning(): void {
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') for (const listener of listeners) listener.call(process, warning);
  });
}
