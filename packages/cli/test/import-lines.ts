/** Lines of files that are imported. */

export const ndjson = (updates: object[]): string => updates.map((each) => `${JSON.stringify(each)}\n`).join('');

/** Lines in the order of a night: the passes in turn, each with a state that counts up. */
export const lines = (count: number, passes: number): object[] =>
  Array.from({ length: count }, (_, index) => ({
    passId: String(index % passes),
    userId: 'U1',
    dataInfo: { points: index },
  }));
