/** The plan of an import run: lines of a file, and when the command is killed. All of it follows from the seed. */
import { randomOf } from '../random.ts';

/** One update of the file. */
export interface Line {
  passId: string;
  /** Increases from line to line of a pass. */
  points: number;
}

/** A SIGKILL to the command. */
export interface CommandKill {
  /** How many lines the journal has by then. */
  after: number;
  /** Further milliseconds. */
  pause: number;
}

/** How large a run is. */
export interface ImportSize {
  seed: string;
  lines: number;
  passes: number;
  kills: number;
}

/** The plan of this size. The passes take turns, in an order that differs from turn to turn. */
export function planImport({ seed, lines, passes, kills }: ImportSize): { lines: Line[]; kills: CommandKill[] } {
  const order = randomOf(seed, 'order');
  const planned: Line[] = [];
  while (planned.length < lines) {
    const turn = Array.from({ length: passes }, (_, index) => ({ passId: `import-${index}`, rank: order() }));
    for (const { passId } of turn.sort((a, b) => a.rank - b.rank)) {
      if (planned.length < lines) planned.push({ passId, points: planned.length + 1 });
    }
  }
  const moment = randomOf(seed, 'kills');
  // One in each part of the file, so that every kill meets a run under way; none in the last part.
  const planOfKills = Array.from({ length: kills }, (_, kill) => ({
    after: Math.floor(((kill + moment()) / (kills + 1)) * lines),
    pause: Math.floor(moment() * 20),
  }));
  return { lines: planned, kills: planOfKills };
}
