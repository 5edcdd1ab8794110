/** `update`: one updatePass, from flags, a JSON file or standard input. */
import { checkUpdate, createClient, unknownFields } from '@alipayhk-pass/api';
import type { Command } from '../command.ts';
import { sealUpdate, toCurl, toStages } from '../dry-run.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { readFields, readObject } from '../fields.ts';
import type { Input } from '../options.ts';
import { colour, print, printError, printJson } from '../output.ts';
import { clientOptions, readClientOptions } from '../settings.ts';

export const update: Command = {
  summary: 'send one updatePass',
  usage: '[FILE]',
  positionals: [0, 1],
  options: {
    'pass-id': { help: 'id of the card', value: 'ID' },
    'merchant-id': { help: 'id of the merchant', value: 'ID', env: 'MERCHANT_ID', config: 'merchantId' },
    'user-id': { help: 'userId of the member; or --open-id', value: 'ID' },
    'open-id': { help: 'openId of the member', value: 'ID' },
    'template-code': { help: "code of the card's template", value: 'CODE', config: 'templateCode' },
    status: { help: 'UPDATE or CLOSED, which ends the card for good', value: 'STATUS', unless: 'UPDATE' },
    'end-date': { help: 'when the card expires, in milliseconds since 1970', value: 'NUMBER' },
    data: { help: 'a field of dataInfo: NAME=TEXT, or NAME:=JSON, as for a number', value: 'FIELD', multiple: true },
    code: { help: 'a field of codeInfo, in the same form', value: 'FIELD', multiple: true },
    'dry-run': { help: 'send nothing; show every stage instead' },
    curl: { help: 'send nothing; print a signed curl, good for five minutes' },
    ...clientOptions,
  },
  details: `The update is a JSON object as spec/openapi.yaml describes it, in FILE or, with -, on standard input; flags replace its
fields. It is checked before anything is sent.`,
  examples: [
    [
      'Points and a level',
      `alipayhk-pass update --pass-id 2024052200000000000001 --user-id 2160220000000001 --data points:=880 --data level=金卡`,
    ],
    ['From a file', 'alipayhk-pass update update.json'],
    ['What would be sent', 'alipayhk-pass update --dry-run update.json'],
  ],
  async run(input) {
    const asked = readUpdate(input);
    const options = await readClientOptions(input);
    const checked = checkUpdate(asked);
    for (const name of unknownFields(checked))
      printError(`alipayhk-pass: ${name.slice(0, 60)} is not in the contract; it is sent as it is`);
    if (input.isSet('dry-run') || input.isSet('curl')) {
      const sealed = await sealUpdate(checked, options);
      if (input.isSet('curl')) print(toCurl(sealed));
      else if (input.isSet('json')) printJson(toStages(sealed));
      else
        print(
          Object.entries(toStages(sealed))
            .map(([stage, text]) => `${colour('bold', stage)}\n${text}`)
            .join('\n\n'),
        );
      return undefined;
    }
    const result = await untilReply((signal) => createClient(options).updatePass(checked, { signal }));
    const { resultInfo, tracerId, responseTime, encrypted } = result;
    if (input.isSet('json')) printJson(result);
    else {
      const protection = encrypted ? 'signed and encrypted' : 'signed';
      print(
        `${colour('green', 'done')}: ${resultInfo.resultStatus} ${resultInfo.resultCode}, reply ${protection}, ${responseTime}${tracerId ? `, Tracer-Id ${tracerId}` : ''}`,
      );
    }
    return undefined;
  },
};

/** Sends, and says on Ctrl-C what that leaves open. */
async function untilReply<T>(send: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController();
  const words = 'stopped before a reply arrived; the update may have taken effect';
  const stop = (): void => interrupt.abort(new CommandError(words, exitCodes.unknown));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop);
  try {
    return await send(interrupt.signal);
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
  }
}

/** The update of the file with the fields of the flags in it. */
function readUpdate(input: Input): Record<string, unknown> {
  const [path] = input.positionals;
  const given = path === undefined ? {} : readObject(path, 'the update');
  const defaults = { status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
  const flags = {
    passId: input.text('pass-id'),
    userId: input.text('user-id'),
    openId: input.text('open-id'),
    status: input.text('status'),
    endDate: input.number('end-date', 0),
    // Of no file is it known that these settings are meant for it.
    merchantId: settingFor('merchant-id', 'merchantId'),
    templateCode: settingFor('template-code', 'templateCode'),
  };
  const dataInfo = readFields(input, 'data');
  const codeInfo = readFields(input, 'code');
  return {
    ...defaults,
    ...given,
    ...Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)),
    ...(dataInfo && { dataInfo: { ...(given.dataInfo as object), ...dataInfo } }),
    ...(codeInfo && { codeInfo: { ...(given.codeInfo as object), ...codeInfo } }),
  };

  function settingFor(option: string, field: string): string | undefined {
    const setting = input.setting(option);
    return setting?.from === 'flag' || !(field in given) ? setting?.value : undefined;
  }
}
