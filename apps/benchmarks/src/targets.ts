/** What the project promises about its cost, and whether a run in one runtime keeps it. */
import { median } from '@alipayhk-pass/harness/report';

/** Milliseconds that one job took, once a round; by job and contender. */
export type Times = Record<string, Record<string, number[]>>;

/** One runtime's times. */
export interface Run {
  name: string;
  version: string;
  times: Times;
}

/** What became of a target in one runtime. */
export interface Verdict {
  /** As it stands in the table. */
  figure: string;
  met: boolean;
}

export interface Target {
  title: string;
  /** What stands behind it where it is missed. */
  reason?: string;
  /** @returns `undefined` where nothing is promised */
  judge(run: Run): Verdict | undefined;
}

/** What the others are held against: `node:crypto` by hand. */
export const baseline = 'node:crypto';
const withNode = 'ours, node-crypto';
const microsecond = 0.001;

/** Runtimes whose Web Crypto has AES-OCB, with which sealing costs least. */
const hasOcb = ['Node', 'Deno'];

export const targets: Target[] = [
  atMost(1.05, 'sign', 'ours', 'raw'),
  atMost(1.15, 'verify', 'ours', 'raw', {
    extra: 10,
    reason:
      'the one call goes to another thread and back, and its time varies by more than the target leaves; what is not that call takes 5 µs.',
  }),
  atMost(1.15, 'seal 640 B', 'ours', 'raw', {
    reason:
      '41 calls of AES-CBC, each on its way to another thread, vary from run to run by more than the target leaves; see the quartiles.',
  }),
  atMost(1.15, 'seal 64 KB', 'ours', 'raw', {
    reason:
      'with AES-OCB the raw calls take little, so what surrounds them weighs: masking every block twice, base64, the bodies of two `Request`s, the copy that is signed, and collecting those buffers as garbage. Without it, every one of 4,097 blocks has an IV of its own, and its 16 bytes are copied into place.',
  }),
  atMost(1.2, 'open 640 B', 'ours', 'raw'),
  atMost(1.2, 'open 64 KB', 'ours', 'raw', {
    reason:
      'blinding and the check against faults, as for 640 B, and base64, UTF-8 and several copies of 64 KB: raw has none of them.',
  }),
  atMost(1.6, 'seal 640 B', 'ours', baseline, { only: ['Deno'] }),
  atMost(1.6, 'seal 64 KB', 'ours', baseline, {
    only: hasOcb,
    reason: 'on Node the raw calls alone take about 1.5 times as long as `node:crypto`; the rest is as above.',
  }),
  fasterThan(1, 'seal 640 B', 'ours', {
    only: hasOcb,
    reason:
      "Node would print an ExperimentalWarning for AES-OCB, so up to 2 KB it is used only where the caller asks for it (`rsaAes({ ocbFrom: 0 })`). Without it 41 blocks take 41 calls of AES-CBC, and noble's AES is JavaScript, which is not in constant time.",
  }),
  fasterThan(1, 'seal 64 KB', 'ours', { only: hasOcb }),
  fasterThan(3, 'open 640 B', 'ours', {
    reason:
      'noble does one BigInt exponentiation: no CRT, no blinding, no check of the result and no implicit rejection; CRT alone is at most four times as fast.',
  }),
  fasterThan(3, 'open 64 KB', 'ours', { reason: 'as for 640 B.' }),
  atMost(1.2, 'sign', withNode, baseline, { extra: 20 }),
  atMost(1.2, 'verify', withNode, baseline, { extra: 20 }),
  atMost(1.3, 'seal 640 B', withNode, baseline),
  atMost(1.3, 'seal 64 KB', withNode, baseline),
  atMost(1.3, 'open 640 B', withNode, baseline, { only: ['Node', 'Bun', 'workerd'] }),
  atMost(1.3, 'open 64 KB', withNode, baseline, { only: ['Node', 'Bun', 'workerd'] }),
  atMost(1, 'open 640 B', withNode, 'ours', { only: ['Deno'] }),
  atMost(1, 'open 64 KB', withNode, 'ours', { only: ['Deno'] }),
  fasterThan(8, 'open 640 B', withNode, { only: ['Node'] }),
  fasterThan(8, 'open 64 KB', withNode, { only: ['Node'] }),
  withoutCrypto('verify', 10, ['Node', 'workerd']),
  withoutCrypto('open 64 KB', 300),
];

/** What an update may cost a Worker through to its reply, in bare ones. */
export const endToEndTargets = [
  {
    by: 'signed',
    most: 1.2,
    reason:
      'the client checks the update, bounds the time and the length of the reply, verifies it and checks it. In workerd that is about 0.17 ms of work, and an abort signal and a reader make the exchange 0.05 ms longer.',
  },
  {
    by: 'encrypted, node-crypto',
    most: 1.5,
    reason:
      'the bare Worker decrypts nothing. The private RSA operation that a reply needs takes half as long as all that the bare one does.',
  },
] as const;

interface Conditions {
  /** Microseconds by which it may take longer in place of the ratio. */
  extra?: number;
  /** Runtimes for which it is promised; all of them unless given. */
  only?: string[];
  reason?: string;
}

function atMost(most: number, job: string, by: string, than: string, conditions: Conditions = {}): Target {
  const { extra, only, reason } = conditions;
  const or = extra === undefined ? '' : `, or ${extra} µs more`;
  return {
    title: `${by}, ${job}: at most ${most} of ${than}${or}`,
    ...(reason !== undefined && { reason }),
    judge({ name, times }) {
      if (only && !only.includes(name)) return undefined;
      const [ours, theirs] = [sampleOf(times, job, by), sampleOf(times, job, than)];
      const ratio = median(ratios(ours, theirs));
      const more = median(ours.map((value, round) => value - (theirs[round] as number)));
      return { figure: ratio.toFixed(2), met: ratio <= most || (extra !== undefined && more <= extra * microsecond) };
    },
  };
}

function fasterThan(factor: number, job: string, by: string, { only, reason }: Conditions = {}): Target {
  return {
    title: factor === 1 ? `${by}, ${job}: no slower than noble` : `${by}, ${job}: ${factor} times as fast as noble`,
    ...(reason !== undefined && { reason }),
    judge({ name, times }) {
      if (only && !only.includes(name)) return undefined;
      const figure = median(ratios(sampleOf(times, job, 'noble'), sampleOf(times, job, by)));
      return { figure: figure.toFixed(2), met: figure >= factor };
    },
  };
}

function withoutCrypto(job: string, most: number, only?: string[]): Target {
  return {
    title: `${job}: at most ${most} µs outside crypto calls`,
    judge({ name, times }) {
      if (only && !only.includes(name)) return undefined;
      const figure = median(sampleOf(times, job, 'no crypto')) / microsecond;
      return { figure: figure.toFixed(1), met: figure <= most };
    },
  };
}

/** @throws Error where there are none */
export function sampleOf(times: Times, job: string, contender: string): number[] {
  const sample = times[job]?.[contender];
  if (sample === undefined) throw new Error(`${contender}, ${job}: no times`);
  return sample;
}

/** Round by round, so that what slowed a round down slowed both. */
export function ratios(a: number[], b: number[]): number[] {
  return a.map((value, round) => value / (b[round] as number));
}
