/** Parts that the messages of all vectors share, and the text of a vector's file. */
import type { Vector } from './vector.ts';

export type Headers = Vector['headers'];

export const updatePass = '/api/open/alipay/v1/ipass/pass/manage/updatePass';
export const createPass = '/api/open/alipay/v1/ipass/pass/manage/createPass';
export const clientId = '4Q5Y8W0WSG45P907917';
export const otherClientId = '4Q5Y8W0WSG45P907918';
export const tracerId = 'abcdefg135202000000000263818';
export const sampleTime = '2024-05-22T06:42:21+05:30';

export const card = {
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  templateCode: '20240522000000000000000000000001',
  passId: '2024052200000000000001',
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
  endDate: 1767196799000,
  dataInfo: { billNo: null, lastChangePoints: '50', pointsProvider: 'ALIPAYHK', points: '100', level: 'GOLD' },
};
export const update: string = JSON.stringify(card);
export const updateOf900: string = update.replace('"points":"100"', '"points":"900"');

const reply = (resultCode: string, resultStatus: string, resultMessage: string) =>
  JSON.stringify({ resultInfo: { resultCode, resultStatus, resultMessage } });
export const success: string = reply('SUCCESS', 'S', 'Success');
export const illegal: string = reply(
  'PARAM_ILLEGAL',
  'F',
  'Illegal parameters. For example, non-numeric input, invalid date.',
);

/** Percent-encodes the base64 of a header's value. */
export const percent = encodeURIComponent;

/** A vector as JSON, with one header a line. */
export function formatVector(vector: object): string {
  const text = JSON.stringify(vector, null, 2)
    .replace(/\[\n +(".*"),\n +(".*")\n +\]/g, '[$1, $2]')
    .replace(/"expect": \{\n +(.*)\n +\}/, '"expect": { $1 }');
  return `${text}\n`;
}

/** The text of index.ts: it exports the cases of these names as `type`, which `from` exports. */
export function formatIndex(names: string[], type: string, from: string): string {
  const variable = (name: string) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  return `// biome-ignore-all format: written by mint.ts, change the table there
${names.map((name) => `import ${variable(name)} from './${name}.json' with { type: 'json' };\n`).join('')}import type { ${type} } from '${from}';

export { default as keys } from './keys.json' with { type: 'json' };

const cases = {
${names.map((name) => `  '${name}': ${variable(name)},\n`).join('')}};

/** Every case by its name; imported statically, so that it loads in every runtime. */
export const vectors = cases as Record<keyof typeof cases, ${type}>;
`;
}
