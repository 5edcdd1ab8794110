/** Updates as NDJSON, made while they are sent: however many there are, a chunk of them is in memory. */

/** A run of numbered updates. */
export interface Numbers {
  from: number;
  /** The first one that is not sent. */
  until: number;
  /** How many updates of one pass come in a row. */
  each: number;
  /** Sets the passes of one run apart from those of another. */
  prefix: string;
}

const linesAChunk = 64;
const encoder = new TextEncoder();

/**
 * The stream of a request's body.
 *
 * @param onSent - called with each number when its line is handed over
 */
export function streamOf(numbers: Numbers, onSent: (number: number) => void): ReadableStream<Uint8Array> {
  let next = numbers.from;
  return new ReadableStream(
    {
      pull(controller) {
        const end = Math.min(numbers.until, next + linesAChunk);
        let text = '';
        for (; next < end; next++) {
          text += `${lineOf(next, numbers)}\n`;
          onSent(next);
        }
        if (text !== '') controller.enqueue(encoder.encode(text));
        if (next >= numbers.until) controller.close();
      },
    },
    { highWaterMark: 1 },
  );
}

/** An update as AlipayHK gets it; its points are its number. */
function lineOf(number: number, { each, prefix }: Numbers): string {
  return JSON.stringify({
    merchantId: '2160400000000001',
    userId: '2160220000000001',
    passId: `${prefix}${String(Math.floor(number / each)).padStart(12, '0')}`,
    status: 'UPDATE',
    updateDetailType: 'UPDATE_MEMBER_CARD',
    dataInfo: { billNo: null, lastChangePoints: null, pointsProvider: null, points: number, level: '金卡' },
  });
}
