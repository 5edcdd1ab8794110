/** An explanation for people. */
import { colour } from '../output.ts';
import type { Difference } from './difference.ts';
import { breakOf, type Explanation, type Proof, type StageReport } from './explanation.ts';

/** @param form - in which the message was captured */
export function inWords(explanation: Explanation, form: string): string {
  const { message, stages } = explanation;
  const broken = breakOf(explanation);
  const head = broken
    ? `${colour('bold', `the ${message}`)} breaks at the stage ${colour('red', broken.stage)} (${form})`
    : `${colour('bold', `the ${message}`)} is ${colour('green', 'fine')} (${form})`;
  return [head, ...stages.flatMap(stageLines)].join('\n');
}

function stageLines({ stage, verdict, detail, causes = [], proof }: StageReport): string[] {
  const shown = {
    passed: colour('green', 'passed'),
    failed: colour('red', 'failed'),
    'not checked': colour('dim', 'not checked'),
  };
  const line = `  ${stage.padEnd(11)} ${shown[verdict]}${detail ? `: ${printable(detail)}` : ''}`;
  return [
    line,
    ...causes.map(({ cause, words }) => `    ${colour('yellow', cause)}: ${printable(words)}`),
    ...(proof ? proofLines(proof) : []),
  ];
}

function proofLines({ key, changes, firstDifference }: Proof): string[] {
  const as = changes.length > 0 ? 'with this undone' : 'as it was received';
  return [
    `    proof: ${as}, the signature verifies with ${printable(key)}`,
    ...(firstDifference ? differenceLines(firstDifference) : []),
  ];
}

function differenceLines({
  offset,
  part,
  partOffset,
  received,
  signed,
  receivedText,
  signedText,
}: Difference): string[] {
  return [
    `    first differing byte: ${offset} of the content to be signed, byte ${partOffset} of the ${part}: received ${received}, signed ${signed}`,
    `      received … ${JSON.stringify(receivedText)}`,
    `      signed   … ${JSON.stringify(signedText)}`,
  ];
}

/** A capture may hold anything, and a terminal acts on control characters. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '?');
